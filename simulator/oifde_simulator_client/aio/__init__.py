"""The client for coroutines, on asyncio's streams.

Rule: the same names and the same values as outside this folder; what they send is written in `operations/`.
"""
