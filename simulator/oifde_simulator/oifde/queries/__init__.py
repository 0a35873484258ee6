"""Read queries of session records, and say what may be wrong with one that finds nothing."""
