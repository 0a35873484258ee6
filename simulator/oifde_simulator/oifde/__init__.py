"""Play the vendor's service on a good day: contract, validation, credentials, and one file an operation.

Rule: pure; no failure of a scenario is known here.
"""
