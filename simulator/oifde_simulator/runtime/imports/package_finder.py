"""Finds the modules of this package with one look at each folder; Python looks several times for each module.

A start imports nearly 400 of them, and finding is a fifth of that.

Rule: whatever is no plain module beside its package is left to Python's own finders, such as one that is in
an archive, or came into its folder later. A module is never there twice, as source and compiled, or as file
and folder: Python would choose another one of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import cache_from_source
from types import ModuleType

PACKAGE = __name__.partition(".")[0] + "."
TAG = f".{sys.implementation.cache_tag}.pyc"
"""Ending of files of bytecode."""


def install() -> None:
    """Ask this finder just before Python's own for paths: what others find first, they still find."""
    if PackageFinder not in sys.meta_path:
        paths = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(paths, PackageFinder)


class PackageFinder:
    """Finder of `sys.meta_path`."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, _: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of ours in the folder of its package; None for any other."""
        if not path or not name.startswith(PACKAGE):
            return None
        folder, tail = path[0], name.rpartition(".")[2]
        if f"{tail}.py" in (names := _names_in(folder)):
            return _spec(name, folder, tail)
        if tail in names and "__init__.py" in _names_in(inner := f"{folder}{os.sep}{tail}"):
            return _spec(name, inner, "__init__")
        return None


@cache
def _names_in(folder: str) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def _spec(name: str, folder: str, stem: str) -> ModuleSpec:
    path = f"{folder}{os.sep}{stem}.py"
    is_package = stem == "__init__"
    spec = ModuleSpec(name, SourceFileLoader(name, path), origin=path, is_package=is_package)
    spec.has_location = True
    spec.cached = _bytecode(path, folder, stem)
    if is_package and spec.submodule_search_locations is not None:
        spec.submodule_search_locations.append(folder)
    return spec


def _bytecode(path: str, folder: str, stem: str) -> str | None:
    """Name the file of a module's bytecode, as Python does."""
    if sys.pycache_prefix is None and not sys.flags.optimize and sys.implementation.cache_tag:
        return f"{folder}{os.sep}__pycache__{os.sep}{stem}{TAG}"
    try:
        return cache_from_source(path)
    except NotImplementedError:  # this Python keeps no bytecode
        return None
