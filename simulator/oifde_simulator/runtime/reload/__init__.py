"""Reloading: changed scenario files replace the tenants of a running server."""
