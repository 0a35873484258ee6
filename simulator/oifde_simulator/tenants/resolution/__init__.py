"""The tenant of a request, by what the request names.

Rule: a request always gets a tenant, so that it is answered and on record.
"""
