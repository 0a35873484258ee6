"""TLS that is broken on purpose: by port, by server name, or for everybody by the control plane.

Rule: one thing is wrong with each fault, and all else is as it is without it.
"""
