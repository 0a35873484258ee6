"""Scripts: the bytes, waits and ends of one connection, as values."""
