"""Removal of credentials from what is kept.

Rule: redaction happens when an entry is made; nothing that is kept holds a credential.
"""
