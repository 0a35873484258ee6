"""Finds call sessions: literal ones of a scenario, and generated ones. The only room that knows Faker."""
