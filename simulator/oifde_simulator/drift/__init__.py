"""Compare a real service with what the simulator guesses, row by row of docs/fidelity.md.

Rule: read-only requests, each asked once. Nothing that a target says is shown but numbers of its protocol,
types and names of members: no token, secret, user number or word of a dialogue gets into a finding.
"""
