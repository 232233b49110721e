"""The same conversation by text message (Twilio). `bot/sms/texting.py` is where a text comes in."""
