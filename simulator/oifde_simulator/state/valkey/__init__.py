"""The state in a Valkey or Redis server, for several processes and several machines.

Rule: what a request asks is one Lua script each, which the server runs at one stroke; nothing is retried.
"""
