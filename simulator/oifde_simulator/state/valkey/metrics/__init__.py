"""Counts of all replicas, for `/metrics`.

Rule: they are added in batches; no request waits for them.
"""
