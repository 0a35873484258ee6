"""The way to the control plane: HTTP/1.1 as values, and two transports that carry it.

Rule: only `blocking` and `streams` do I/O. A class of `socket` or `ssl` is looked up when a connection is
opened, since test suites put others in their place for a while.
"""
