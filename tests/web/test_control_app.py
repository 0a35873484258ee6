"""The control plane's application: every operation has a handler, imported when it is first called."""

from __future__ import annotations

import subprocess
import sys

import pytest

from oifde_simulator.web.control_plane import openapi
from oifde_simulator.web.control_plane.app import route_table


@pytest.mark.parametrize("module", openapi.MODULES)
def test_a_module_has_the_handlers_of_its_part_of_the_document_and_no_others(module: str) -> None:
    operations = [route.operation_id for route in openapi.routes() if route.module == module]
    assert sorted(route_table(module)) == sorted(operations)


@pytest.mark.slow(seconds=2)
def test_no_handler_is_imported_before_it_is_called() -> None:
    program = (
        "import oifde_simulator.runtime.server, sys\n"
        "room = 'oifde_simulator.web.control_plane'\n"
        "late = [each for each in sys.modules if each.startswith((f'{room}.routes.', f'{room}.body'))]\n"
        "sys.exit(str(late) if late else 0)\n"
    )
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (0, "")
