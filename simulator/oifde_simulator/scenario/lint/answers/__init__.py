"""Checks of what a rule makes of an answer."""
