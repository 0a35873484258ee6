"""Hold the values that rooms share: requests, answers, exchanges, operations, credentials, vendor errors.

Rule: no value here decides anything, reads a file or knows the room that made it.
"""
