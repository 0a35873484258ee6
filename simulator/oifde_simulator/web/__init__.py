"""Sockets, HTTP and TLS. The only room that knows aiohttp."""
