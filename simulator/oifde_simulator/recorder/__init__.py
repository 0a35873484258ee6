"""Record histories of a real service as a scenario whose literal records serve the same answers.

Rule: nothing of people leaves memory but as pseudonyms, unless a user asks for it; a file is whole or is not
there.
"""
