"""docs/client.md: its tables are compared with the code, and its examples are run."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from oifde_simulator.client import Control, SimulatedTenant, TenantClock, TenantJournal, models
from oifde_simulator.runtime.server import Simulator
from serving import REPOSITORY, running

PAGE = (REPOSITORY / "docs" / "client.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.M | re.S)
MADE = {"": SimulatedTenant, "journal.": TenantJournal, "clock.": TenantClock}
VALUES = {name: kind for name, kind in vars(models).items() if is_dataclass(kind)}


def rows(heading: str) -> dict[str, str]:
    """Read the first two cells of each row of the table under a heading; strip backticks."""
    text = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| `([^|]*)` \| ((?:[^|\\]|\\\|)*) \|", text, re.M)
    return {first: second.replace("`", "").replace("\\|", "|") for first, second in found}


def members(kind: type) -> Iterator[tuple[str, Any]]:
    for name, member in inspect.getmembers(kind):
        if not name.startswith("_"):
            yield name, member


def spelled(name: str, method: Any) -> str:
    """Write a call as the page does, with parameters and defaults."""
    _, *parameters = inspect.signature(method).parameters.values()
    plain = [each.replace(annotation=inspect.Parameter.empty) for each in parameters]
    return f"{name}{inspect.Signature(plain)}"


def test_every_method_of_the_control_plane_is_in_the_table_with_what_it_returns() -> None:
    methods = {
        spelled(name, method): method.__annotations__["return"]
        for name, method in members(Control)
        if inspect.isfunction(method) and name != "close"
    }
    assert rows("`Control`") == methods


def test_every_value_is_in_the_table_with_its_members() -> None:
    known = {}
    for name, kind in VALUES.items():
        derived = [each for each, member in members(kind) if isinstance(member, property)]
        known[name] = ", ".join([*(each.name for each in fields(kind)), *derived])
    assert rows("What comes back") == known


def test_what_a_tenant_returns_is_what_its_methods_say() -> None:
    said = rows("One tenant")
    assert said.keys() >= {"rules", "sessions(user_mobile, limit=None)", "journal.find(**wanted)"}
    known = {
        where + (spelled(name, member) if inspect.isfunction(member) else name): returned(member)
        for where, kind in MADE.items()
        for name, member in members(kind)
        if isinstance(member, property) or inspect.isfunction(member)
    }
    assert said == {call: known.get(call) for call in said}


def returned(member: Any) -> str:
    """Read the return annotation of a method or a property."""
    found: str = getattr(member, "fget", member).__annotations__["return"]
    return found


@pytest.fixture
def server() -> Iterator[Simulator]:
    with running() as server:
        yield server


def test_the_examples_work_as_written(server: Simulator, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    for example in EXAMPLES:
        exec(
            compile(example.replace("http://127.0.0.1:8444", server.control_url), "client.md", "exec"), names
        )
    promised = re.findall(r"# prints (.*)$", "\n".join(EXAMPLES), re.M)
    assert capsys.readouterr().out.splitlines() == promised
    assert promised
