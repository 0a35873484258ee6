"""The console: the page of the control plane, as static files, and how they are sent.

Rule: the page is a shell without data. It asks the public operations of the control plane, as clients do.
"""
