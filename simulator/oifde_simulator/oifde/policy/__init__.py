"""Hold what a tenant's settings say where the vendor's documents leave the service open.

Rule: values and pure functions; what they need is prepared when a scenario is loaded.
"""
