"""Judge secrets and tokens, and write tokens.

Rule: pure; what is counted is counted by the state, and comes in as an Admission.
"""
