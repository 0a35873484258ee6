"""Checks of a scenario's values that explain every mistake. They know values only: no file, no line.

`schema/` explains what the JSON Schema refuses. The modules beside it check what the schema cannot express,
one module for each part of a scenario. All yield `Finding`s; the loader adds file, line and column.
"""
