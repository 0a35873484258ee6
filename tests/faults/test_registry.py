"""The registry of faults: what is imported when, and what a declaration refuses."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pkgutil import iter_modules

import pytest

from oifde_simulator.faults import (
    Fault,
    FaultContext,
    builtin,
    builtin_faults,
    fault,
    known_faults,
    settings,
    value_or_default,
)
from oifde_simulator.faults.other_words import OTHER_WORDS, meant_fault
from oifde_simulator.wire.script import Script
from serving import PATIENCE, environment

LOAD = """
import sys
from oifde_simulator.runtime import server
from oifde_simulator.scenario import loader
def loaded(): return any(name.startswith("oifde_simulator.faults.builtin") for name in sys.modules)
import importlib.metadata
importlib.metadata.entry_points = None
print(loaded())
loader.loads(b"rules: [{name: down, respond: {status: 503}}]", "a.yaml", "a")
print(loaded())
loader.loads(b"rules: [{name: down, faults: [reset, {cut: 3}]}, {one_of: [{faults: [bom]}]}]", "b.yaml", "b")
print(loaded())
"""


@pytest.mark.slow
def test_faults_are_imported_for_the_first_rule_that_has_some_and_plugins_are_not_read() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD], capture_output=True, text=True, timeout=PATIENCE, check=True,
        env=environment(),
    )  # fmt: skip
    assert done.stdout.split() == ["False", "False", "True"]


def test_every_module_of_the_folder_is_searched() -> None:
    modules = {f"{builtin.__name__}.{module.name}" for module in iter_modules(builtin.__path__)}
    assert {each.__module__ for each in builtin_faults().values()} == modules


def test_all_faults_begin_with_the_built_in_ones() -> None:
    assert list(known_faults())[: len(builtin_faults())] == list(builtin_faults())


class Quiet(Fault):
    """Nothing changes."""

    def rewrite(self, script: Script, _context: FaultContext) -> Script:
        return script


@pytest.mark.parametrize("name", ["", "Loud", "two words", "a_b", "-a", "a;b", "a\n"])
def test_a_name_that_does_not_fit_a_header_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="lower-case words"):
        fault(name, examples=[None])(dataclass(frozen=True)(type("Named", (Quiet,), {})))


def test_a_class_that_is_no_frozen_dataclass_is_refused() -> None:
    with pytest.raises(TypeError, match="expected a frozen dataclass"):
        fault("quiet", examples=[None])(Quiet)


def test_a_declaration_follows_from_docstring_and_fields() -> None:
    @fault("very-loud", main="level", examples=[None])
    @dataclass(frozen=True, slots=True)
    class Loud(Quiet):
        """Everything
        is loud.
        """

        level: int = settings.whole("Level", "How loud.", 3, least=1, most=9)
        until: float | None = settings.duration("Until", "Its end.", "2s", optional=True)

    assert (Loud.fault_name, Loud().level, Loud().until) == ("very-loud", 3, None)
    assert value_or_default(Loud(), "until") == 2.0
    schema = Loud.fault_schema
    assert (schema["title"], schema["description"]) == ("Very loud", "Everything is loud.")
    assert schema["type"] == ["object", "integer", "null", "boolean"]
    assert schema["properties"]["until"]["default"] == "2s"


def test_another_word_for_a_fault_is_no_name_and_stands_for_one() -> None:
    assert not OTHER_WORDS.keys() & known_faults().keys()
    assert set(OTHER_WORDS.values()) <= known_faults().keys()
    assert (meant_fault("Limit_Data"), meant_fault("cut")) == ("cut", "")
