"""Imports the parts of a package that are wanted, and the package as a whole only when somebody asks for it.

`import aiohttp` imports its HTTP client, and that loads the machine's certificate authorities: a third of
a server's start, for a client that no server uses.

Rule: only for a process that is a server and nothing else. Whoever asks for the rest, such as a fault of
a user's own with `aiohttp.ClientSession`, gets all of the package as if it had been imported before.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

VERSION = re.compile(r'^__version__ = "([^"]+)"', re.MULTILINE)


class DeferredPackage(ModuleType):
    """Package whose submodules can be imported, and whose `__init__` runs once something else is wanted."""

    def __getattr__(self, name: str) -> Any:
        """Find a submodule; else run `__init__`, and find what that has made."""
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        if find_spec(f"{self.__name__}.{name}"):
            return import_module(f"{self.__name__}.{name}")
        _run_init(self)
        return getattr(self, name)


_lock = RLock()
_running: set[str] = set()


def defer(name: str) -> None:
    """Have the parts of a package imported without its `__init__`, as long as that will do.

    A package is imported as ever if it has been already, or if its version is not in its first lines.
    """
    spec = None if name in sys.modules else find_spec(name)
    if spec is None or spec.origin is None:
        return
    version = VERSION.search(Path(spec.origin).read_text(encoding="utf-8"))
    if version is None:
        return
    package = module_from_spec(spec)
    package.__class__ = DeferredPackage
    package.__dict__["__version__"] = version[1]  # its own parts ask for that
    sys.modules[name] = package


def _run_init(package: ModuleType) -> None:
    with _lock:  # another thread waits until all is there
        if package.__name__ in _running:
            raise AttributeError("asked for by a part of the package, before it is there")
        if not isinstance(package, DeferredPackage) or not (package.__spec__ and package.__spec__.loader):
            return
        _running.add(package.__name__)
        try:
            package.__spec__.loader.exec_module(package)
            package.__class__ = ModuleType  # type: ignore[assignment]
        finally:
            _running.remove(package.__name__)
