"""Subscribers of the journal: requests that wait for exchanges, and streams that follow them.

Rule: without subscribers an exchange costs nothing more; with them it meets only those that it may concern.
"""
