"""Faults that come with the simulator, one file a theme. Every module here is searched for faults."""
