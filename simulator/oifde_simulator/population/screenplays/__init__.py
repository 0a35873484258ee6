"""Reads the screenplays of generated sessions, and draws the facts and values that fill them in."""
