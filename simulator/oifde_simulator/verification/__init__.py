"""Verdicts on the exchanges on record.

Rule: a verdict is computed from a snapshot of the journal; this room knows nothing of HTTP.
"""
