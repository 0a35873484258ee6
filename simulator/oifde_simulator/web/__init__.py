"""Sockets, HTTP and TLS. Rule: no other room knows aiohttp."""
