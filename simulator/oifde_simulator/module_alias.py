"""A package under a second name, its modules included. Standard library only."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType


def alias(name: str, target: str) -> None:
    """Make `name` and its submodules the very modules of the package `target`."""
    sys.modules[name] = import_module(target)
    sys.meta_path.insert(0, _AliasFinder(f"{name}.", f"{target}."))  # or the path would give second copies


class _AliasFinder(MetaPathFinder, Loader):
    def __init__(self, prefix: str, target: str) -> None:
        self._prefix, self._target = prefix, target

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Find a submodule under its second name; leave all others to the next finder."""
        if not fullname.startswith(self._prefix):
            return None
        found = find_spec(self._real_name(fullname))
        package = bool(found and found.submodule_search_locations)
        return ModuleSpec(fullname, self, is_package=package) if found else None

    def exec_module(self, module: ModuleType) -> None:
        """Put the real module in the place of the new, empty one; the import system allows that."""
        sys.modules[module.__name__] = import_module(self._real_name(module.__name__))

    def _real_name(self, name: str) -> str:
        return self._target + name.removeprefix(self._prefix)
