"""WireMock's request patterns, tested on entries of the journal.

Rule: a pattern that is not understood is refused, never ignored.
"""
