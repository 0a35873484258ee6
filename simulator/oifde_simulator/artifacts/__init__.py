"""Files that a run leaves for whoever looks into a pipeline: journal, HAR, coverage, metrics and log.

Rule: ask the control plane as any client does, so that credentials are left out as they are there; write each
file whole or not at all; keep within a number of bytes.
"""
