"""Names that may have been meant, of many: looked for step by step, so that others have their turn."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from heapq import nsmallest
from itertools import takewhile

from oifde_simulator.near_names import nearest
from oifde_simulator.stepwise import Steps, mapped
from oifde_simulator.web.control_plane.evaluations import Evaluations
from oifde_simulator.web.control_plane.problems import Problem

MOST_COMPARED = 100
"""Names that one unknown name is compared with: those that begin most like it and are about as long."""
COMPARED_CHARACTERS = 100
"""Characters of a name that are compared."""


async def suggested(evaluations: Evaluations, written: str, known: Iterable[str]) -> str:
    """Suggest as `suggestion` does, by turns; nothing where there is too much else to be compared."""
    with suppress(Problem):
        return await evaluations.run(suggestion(written, known))
    return ""


def suggestion(written: str, known: Iterable[str]) -> Steps[str]:
    """Suggest the known name most like `written` as the end of a message; empty where none is like it."""
    ranked = yield from mapped(known, lambda name: (_distance(written, name), name))
    near = ""
    for _, name in nsmallest(MOST_COMPARED, ranked):
        near = nearest(written, [near, name])
        yield
    return f'; did you mean "{near}"?' if near else ""


def _distance(written: str, name: str) -> int:
    """Guess cheaply how unlike two names are: by their lengths and their beginnings."""
    pairs = zip(written[:COMPARED_CHARACTERS], name, strict=False)
    same = takewhile(lambda pair: pair[0] == pair[1], pairs)
    return abs(len(written) - len(name)) - sum(1 for _ in same)
