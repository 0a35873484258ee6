"""TLS of the vendor's port: its certificates, and a log of handshakes that fail."""
