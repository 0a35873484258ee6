"""Explaining what the scenario schema refuses: the message, the words in it and the fix at its end."""
