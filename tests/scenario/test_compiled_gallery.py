"""The compiled form of the bundled scenarios."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oifde_simulator import resources
from oifde_simulator.scenario import gallery, loader
from oifde_simulator.scenario.model import Scenario

PATHS = loader.find([resources.scenarios()])


def test_the_compiled_form_is_current() -> None:
    """To mend it: python .ci/compile.py."""
    assert gallery.COMPILED.read_text(encoding="utf-8") == gallery.compile_all()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_the_compiled_form_gives_the_scenario_of_the_file(path: Path) -> None:
    compiled, loaded = gallery.find(path), loader.load(path)
    assert isinstance(compiled, Scenario)
    assert (compiled.id, compiled.origin, compiled.records) == (loaded.id, loaded.origin, loaded.records)
    assert (compiled.recordings, compiled.derive) == (loaded.recordings, loaded.derive)
    assert [rule.definition for rule in compiled.rules] == [rule.definition for rule in loaded.rules]
    assert (compiled.settings, compiled.generate, compiled.clock, compiled.tenant, compiled.description) == (
        loaded.settings,
        loaded.generate,
        loaded.clock,
        loaded.tenant,
        loaded.description,
    )


def test_a_file_that_was_edited_since_is_left_to_the_loader(tmp_path: Path) -> None:
    path = tmp_path / "tenant001.yaml"
    path.write_bytes((resources.scenarios() / "tenant001.yaml").read_bytes() + b"# edited\n")
    assert gallery.find(path) is None
    assert gallery.find(tmp_path / "gone.yaml") is None


def test_the_gallery_is_read_without_yaml() -> None:
    program = """
import sys
from oifde_simulator.config import Settings
from oifde_simulator.scenario import selection
found = selection.scenarios(Settings())
assert not any(map(found.peek, found))
assert all(map(found.get, found))
sys.exit("yaml" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
