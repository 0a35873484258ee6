"""Paths that may have been meant by one at which there is nothing."""

from __future__ import annotations

from collections.abc import Iterable

from oifde_simulator.text import did_you_mean, nearest


def path_hint(written: str, known: Iterable[str]) -> str:
    """Write the end of a message, `; did you mean "/tenants"?`; empty where no known path is like it.

    Known paths may have parameters, as in `/tenants/{tenant}/rules`: those of the written path are kept.
    """
    steps = [step for step in written.split("/") if step]
    filled = {path for each in known if (path := _filled(steps, each.split("/")[1:]))}
    return did_you_mean("/" + "/".join(steps), sorted(filled))


def _filled(steps: list[str], known: list[str]) -> str:
    """Fill the steps of a path into a known one; empty where they are not like those."""
    pairs = [*zip(steps, known, strict=False)]
    if len(steps) != len(known) or not all(map(_is_like, *zip(*pairs, strict=True))):
        return ""
    return "".join(f"/{step if _is_parameter(name) else name}" for step, name in pairs)


def _is_like(step: str, name: str) -> bool:
    return _is_parameter(name) or bool(nearest(step, [name]))


def _is_parameter(name: str) -> bool:
    return name.startswith("{")
