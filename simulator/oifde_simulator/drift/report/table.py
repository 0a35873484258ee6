"""A report for people, at most 100 columns wide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import wrap

from oifde_simulator.drift.contract_check import Difference
from oifde_simulator.drift.judgement import VERDICTS, Finding
from oifde_simulator.drift.run import Result
from oifde_simulator.text import counted

WIDTH = 100
KEY, VERDICT = 18, 11
"""Widths of the first two columns."""


def table(result: Result, *, insecure: bool = False) -> str:
    """Write all findings, those that matter first, and what to know of the run."""
    lines = [*_wrapped(f"{result.target} against docs/fidelity.md", "")]
    if insecure:
        lines.append("warning: the certificate was not checked (--insecure)")
    ordered = sorted(result.findings, key=lambda finding: ORDER[finding.verdict])
    lines += ["", *_rows(ordered)]
    lines += ["", *_contract(result)]
    for note in result.notes:
        lines += _wrapped(f"note: {note}", "  ")
    return "\n".join([*lines, "", summary(result)])


ORDER = {verdict: place for place, verdict in enumerate(("refuted", *VERDICTS))}
ORDER["refuted"] = -1


def summary(result: Result) -> str:
    """Write the counts in one line."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in result.counts.items())
    cut = "; interrupted" if result.interrupted else ""
    return f"{counts}; {counted(result.requests, 'request')}{cut}"


def _rows(findings: Iterable[Finding]) -> Iterator[str]:
    """Write a line for each finding, and more where its evidence is long."""
    head = f"{'guess':<{KEY}}  {'verdict':<{VERDICT}}  seen"
    yield head
    for finding in findings:
        lines = wrap(finding.judgement.seen, WIDTH - KEY - VERDICT - 4) or [""]
        yield f"{finding.key:<{KEY}}  {finding.verdict:<{VERDICT}}  {lines[0]}".rstrip()
        yield from (" " * (KEY + VERDICT + 4) + line for line in lines[1:])


def _contract(result: Result) -> Iterator[str]:
    checked = counted(result.answers_checked, "answer")
    if not result.differences:
        yield f"contract: {checked} checked, no difference"
        return
    yield f"contract: {checked} checked, {counted(len(result.differences), 'difference')}"
    for difference in result.differences:
        yield from _wrapped(f"  {difference_text(difference)}", "    ")


def difference_text(difference: Difference) -> str:
    """Write one difference from the contract."""
    return f"{difference.operation} {difference.member} {difference.what}"


def _wrapped(text: str, indent: str) -> list[str]:
    return wrap(text, WIDTH, subsequent_indent=indent, drop_whitespace=True, replace_whitespace=False) or [""]
