"""What the bot can do for a person, in the Rasa SDK. Actions send drafts (ids and data), never words."""
