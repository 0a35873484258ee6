"""Decide every request and put it on record.

Rule: no I/O but what the state does; HTTP is the business of `web`.
"""
