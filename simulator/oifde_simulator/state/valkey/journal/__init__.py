"""Exchanges on record in the store, and what is told of them at other replicas.

Rule: what may be many is read in pages, each of them bounded.
"""
