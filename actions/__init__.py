"""What the bot can do for a person, run by the Rasa action server."""
