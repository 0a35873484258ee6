"""Changes between the honest answer and the one that was sent, each at its place."""
