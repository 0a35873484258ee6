"""Placeholders such as `{{ request.callId }}` in the answers that rules write.

Rule: a small closed set of sources and filters. Nothing is evaluated, and nothing outside of the exchange is
reached. Templates are compiled when a scenario is built; a text without placeholders is no template.
"""
