"""The supervisor of workers: starts, watches, replaces and stops them.

Rule: one file a job; `worker_pool.py` is what they share.
"""
