"""Counts of what was answered, of one server or of several replicas."""
