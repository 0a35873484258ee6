"""Conditions of rules: which requests they are about, when they may fire, and what they count by."""
