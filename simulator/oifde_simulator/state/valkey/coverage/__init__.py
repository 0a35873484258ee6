"""Rules that count as covered, and how often each has fired."""
