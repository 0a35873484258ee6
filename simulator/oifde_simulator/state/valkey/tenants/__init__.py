"""Tenants that are not as their files have them.

Rule: the next value of a tenant is computed here, and written where nobody else has written meanwhile.
"""
