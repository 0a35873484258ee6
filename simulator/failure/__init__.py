"""Scenarios and what goes wrong. The only room that knows YAML; it never meets `oifde`."""
