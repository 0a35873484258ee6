"""Checks of a scenario's values that explain every mistake. They know values only: no file, no line.

`schema_violations` explains what the JSON Schema refuses; the other modules check what it cannot express,
one module a part of the scenario. Each yields `Finding`s; the loader adds file, line and column.
"""
