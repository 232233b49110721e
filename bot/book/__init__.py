"""Everything the bot can say, to read: by subject and language, with sources and review dates."""
