"""Computes when the sessions of a user begin, in the local time of the user's population."""
