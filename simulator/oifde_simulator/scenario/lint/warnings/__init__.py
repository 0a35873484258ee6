"""Finds what is unlikely to be meant in a scenario without a mistake."""
