"""What the bot can do for a person, in the Rasa SDK. They send drafts, never words."""
