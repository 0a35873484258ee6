"""Refusals of tenants."""


class NotServed(KeyError):
    """No tenant of this id is served, or no longer."""
