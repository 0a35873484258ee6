"""A start of `serve` imports what its first answers need, and no more: imports are most of its time.

`modules_at_start.txt` lists what was imported when the bounds below were last set, one module a line. It only
serves to name the new ones: raise a bound, or take up names, where they are worth what they cost each start.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

MOST_OWN = 402
"""Modules of ours; 379 when this was written."""
MOST_OF_PYTHON = 245
"""Modules of the standard library; 229 with Python 3.11."""
OURS = {"oifde_simulator", "oifde_simulator_client"}
PACKAGES = {
    "aiohttp", "aiosignal", "attr", "frozenlist", "idna", "multidict", "orjson", "propcache",
    "typing_extensions", "uvloop", "winloop", "yarl",
}  # fmt: skip
"""Packages of others that are imported at each start."""
OF_TLS = set() if sys.platform == "linux" else {"_cffi_backend", "_openssl", "cryptography", "trustme"}
"""Packages that make a certificate: on Linux another process has them."""
OF_COMPILERS = ("_cython", "cython_runtime", "_distutils_hack", "__main__", "__mp_main__", "_sysconfigdata")
OF_MEASURING = ("coverage", "_virtualenv")
OF_MACHINES = ("sitecustomize", "tzdata")
"""Debian's Python has the first; the second is imported where a machine has no zones of its own."""
RECORDED = set((Path(__file__).parent / "modules_at_start.txt").read_text("utf-8").split())

PROGRAM = """
import json, sys
from oifde_simulator.cli import main
code = main(["serve", "--port", "0", "--control-port", "0", "--until-eof", "--quiet", "--tls", sys.argv[1]])
print(json.dumps([code, sorted(sys.modules)]))
"""


@cache
def imported(tls: str) -> frozenset[str]:
    """Start a server that stops as soon as it is ready, and list what it has imported."""
    command = [sys.executable, "-c", PROGRAM, tls]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    others = (*OF_COMPILERS, *OF_MEASURING, *OF_MACHINES)
    return frozenset(name for name in modules if not name.startswith(others))


def top(name: str) -> str:
    return name.partition(".")[0]


def refuse_more(found: set[str], most: int) -> None:
    new = ", ".join(sorted(found - RECORDED))
    assert len(found) <= most, f"expected at most {most} modules at start, found {len(found)}; new: {new}"


def test_a_start_imports_no_more_modules_of_ours() -> None:
    refuse_more({name for name in imported("off") if top(name) in OURS}, MOST_OWN)


def test_a_start_imports_no_more_of_python() -> None:
    refuse_more({name for name in imported("off") if top(name) in sys.stdlib_module_names}, MOST_OF_PYTHON)


@pytest.mark.parametrize("tls", ["off", "auto"])
def test_a_start_imports_no_other_packages(tls: str) -> None:
    foreign = {top(name) for name in imported(tls)} - sys.stdlib_module_names - OURS
    new = sorted(foreign - PACKAGES - (OF_TLS if tls == "auto" else set()))
    assert not new, f"imported at start, and not among the packages of the list: {', '.join(new)}"


def test_a_start_imports_no_http_client() -> None:
    ours = {"oifde_simulator.client", "oifde_simulator_client.control", "oifde_simulator_client.transport"}
    assert not {"aiohttp.client", "aiohttp.connector", *ours} & imported("off")
