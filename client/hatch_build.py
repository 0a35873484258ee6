"""Takes the package from where the checkout has it; a source distribution has it beside this file."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "oifde_simulator_client"


class ClientPackage(BuildHookInterface[Any]):
    """Adds the package of the checkout to what is built."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add it to the sdist and to the wheel; an editable installation leads to its folder by itself."""
        source = Path(self.root).parent / "simulator" / PACKAGE
        if version != "editable" and source.is_dir():
            build_data["force_include"][str(source)] = PACKAGE
