"""The service that people reach: the turn, its channels, its store. Read ``turn.py`` first."""
