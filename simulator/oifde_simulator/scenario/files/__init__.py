"""Scenario files on disk: found in folders, told from other files, and compared by their tenants.

Rule: `finding.py` opens no file; `foreign.py` knows values only.
"""
