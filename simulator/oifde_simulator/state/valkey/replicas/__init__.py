"""Replicas that share the store: who lives, what they serve, and what one announces to all.

Rule: a replica that is silent for ten seconds counts no more.
"""
