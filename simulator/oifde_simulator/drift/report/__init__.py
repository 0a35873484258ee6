"""Reports of a run: a table for people, JSON and JUnit for machines."""
