"""WireMock's vocabulary: its request patterns, found among entries of the journal. Knows no HTTP server.

What it does follows WireMock 3's published API; `tests/wiremock` holds it to what WireMock 3.13.2 answered.
"""
