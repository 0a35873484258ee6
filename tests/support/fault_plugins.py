"""Tiny distributions with faults, installed into a folder as an installer would."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from oifde_simulator.faults.plugins import GROUP

FAULT = '''
from dataclasses import dataclass
from oifde_simulator.faults import Fault, FaultContext, fault, settings
from oifde_simulator.wire.script import octets, with_octets


@fault("{name}", main="times", examples=[None, 3])
@dataclass(frozen=True, slots=True)
class Repeat(Fault):
    """The body comes more than once."""

    times: int = settings.whole("Times", "How often.", 2, least=2, most=10)

    def rewrite(self, script, context):
        {body}
'''
REPEAT = 'return with_octets(script, "body", octets(script, "body") * self.times)'


def fault_module(name: str, body: str = REPEAT) -> str:
    """Write a module with one fault; `body` is the body of its `rewrite`."""
    return FAULT.replace("{name}", name).replace("{body}", body)


def install(site: Path, distribution: str, entries: Mapping[str, str], **modules: str) -> None:
    """Install a distribution into `site`: its entry points of faults, and its modules by name."""
    folder = site / f"{distribution}-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
    lines = [f"{name} = {place}" for name, place in entries.items()]
    (folder / "entry_points.txt").write_text("\n".join((f"[{GROUP}]", *lines, "")))
    for name, text in modules.items():
        (site / f"{name}.py").write_text(text)
