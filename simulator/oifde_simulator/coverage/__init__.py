"""Report which rules have fired, and say to the state which ones count."""
