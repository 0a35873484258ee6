"""Several processes that serve the same ports, and the supervisor that starts, watches and replaces them.

Rule: the supervisor loads no scenario and none of the server's libraries; it is small, and starts at once.
"""
