"""What rules make of an answer before its faults: `respond`, `rows`, `recording`, `patch` and `headers`."""
