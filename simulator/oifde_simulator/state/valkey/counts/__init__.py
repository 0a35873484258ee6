"""Counts of rules and credentials: the tables that scripts keep them in, and what is read of them.

Rule: everything is bounded in bytes; what has passed is deleted a few values at a time.
"""
