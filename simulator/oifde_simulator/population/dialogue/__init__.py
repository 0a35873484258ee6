"""Composes the dialogue of one generated session: talks, oddities and times."""
