"""WireMock's admin vocabulary over the journal.

Rule: meanings follow WireMock 3's published API, and `tests/wiremock` compares them with answers of
WireMock 3.13.2. This room knows no HTTP server.
"""
