"""The service on a good day: contract, tokens, endpoints, query.

Everything here is a pure function of request, tenant and clock; nothing here knows of failures.
"""
