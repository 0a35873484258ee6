"""A server as one replica of several on one store: it joins, agrees, finds the others again, and leaves.

Rule: imported only where `--state` names a store.
"""
