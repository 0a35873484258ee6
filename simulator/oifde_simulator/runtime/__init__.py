"""A server from start to stop: both listeners, reloading, and embedding in other programs."""
