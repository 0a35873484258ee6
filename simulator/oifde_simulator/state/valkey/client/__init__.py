"""The connection to the server of the state.

Rule: the only room that imports a client library of Valkey, and only when this form of the state is chosen.
"""
