"""The state in the memory of this process.

Rule: no call suspends, and every table is bounded.
"""
