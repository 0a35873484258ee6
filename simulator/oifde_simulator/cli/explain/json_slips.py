"""Says what is likely wrong where a file of `explain` is no JSON."""

from __future__ import annotations

import json
import re

QUOTES = "\u201c\u201d\u2018\u2019\u00ab\u00bb"
"""Quotation marks of people, in the place of JSON's."""


def likely_cause(error: json.JSONDecodeError) -> str:
    """Write the end of the message; empty where the cause is not clear."""
    text, before = error.doc[error.pos :].lstrip(), error.doc[: error.pos].rstrip()
    if not error.doc.strip():
        return "; the file is empty"
    if text[:1] == "'":
        return "; JSON has double quotes: replace each ' around a text"
    if text[:1] and text[0] in QUOTES:
        return '; JSON has straight quotes: replace each one around a text by "'
    if re.match(r",?\s*[]}]", text) and (before[-1:] == "," or text[0] == ","):
        return "; no comma stands before a closing bracket: remove it"
    if before[-1:] in ("{", ",") and (name := re.match(r"([A-Za-z_]\w{0,63})\s*:", text)):
        return f'; names stand in double quotes: "{name[1]}"'
    if error.pos == 0 and re.match(r"[A-Za-z_]\w{0,63}:(?:\s|$)", text):
        return '; it looks like YAML: write {"userMobile": "18000000001"}'
    return ""
