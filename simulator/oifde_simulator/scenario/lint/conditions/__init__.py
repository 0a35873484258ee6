"""Checks of `match`, and of what a rule counts by."""
