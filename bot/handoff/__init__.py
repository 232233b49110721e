"""Bringing a person to a person: who waits, who answers, when, and what staff may see."""
