"""The simulator as routes may use it: one class a noun.

Rule: routes reach tenants and journal through these classes only. A call that reads or changes state is
awaited, and raises a Problem where it fails.
"""
