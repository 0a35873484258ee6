"""TLS handshakes: how they end, how they fail, and what is told about that."""
