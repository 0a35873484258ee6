"""The tenant id that a broken scenario file means to have, read off its text.

Rule: a reader's guess, for messages only; no more than a few lines behind `tenant:` are looked at.
"""

from __future__ import annotations

import re

from oifde_simulator.text import normal, printable
from oifde_simulator.utf8 import NotUtf8, decoded

TENANT = re.compile(r"""(?:^|[{,])[ \t]*["']?tenant["']?[ \t]*:""", re.MULTILINE)
ID = re.compile(r"""(?:^|[{,\s])["']?id["']?[ \t]*:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',}#][^\n,}#]*))""")
MOST_READ = 4096
"""Characters behind `tenant:` that are looked at."""


def stated_id(source: bytes) -> str:
    """Find the `tenant.id` in the text of a file; empty where there is none."""
    try:
        text = decoded(source)
    except NotUtf8:
        return ""
    tenant = TENANT.search(text)
    found = tenant and ID.search(_inside(text[tenant.end() : tenant.end() + MOST_READ]))
    return printable(normal((found[1] or found[2] or found[3] or "").strip())) if found else ""


def _inside(text: str) -> str:
    """Take what belongs to a key: up to the brace that closes it, or as far as lines are indented."""
    if text.lstrip().startswith("{"):
        return text.partition("}")[0]
    first, *lines = text.split("\n")
    inside = [first]
    for line in lines:
        if line.strip() and not line[0].isspace():
            break
        if not line.lstrip().startswith("#"):
            inside.append(line)
    return "\n".join(inside)
