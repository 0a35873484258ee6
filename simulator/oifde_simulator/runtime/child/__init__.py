"""A command beside a server of its own, such as a test suite: what it is given, and how it ends."""
