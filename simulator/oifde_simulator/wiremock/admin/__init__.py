"""The objects of WireMock's admin API: requests, serve events, stubs and scenarios.

Rule: objects are read only, but for the state of a scenario.
"""
