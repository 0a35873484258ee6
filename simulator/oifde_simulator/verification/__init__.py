"""Verdicts on what is on record, and which rules have fired. Knows nothing of HTTP."""
