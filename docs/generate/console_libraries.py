"""Vendor the console's libraries from npm: `python docs/generate/console_libraries.py --write`.

`--check` works offline. Each package is pinned with the digest that npm publishes for it. `digests.json`
keeps the digest of each file, so that a file that somebody has edited is found without a network.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import sys
import tarfile
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from oifde_simulator.web.console.files import PAGE

LIBRARIES = PAGE / "lib"
DIGESTS = "digests.json"
REGISTRY = "https://registry.npmjs.org"
PATIENCE = 60.0
"""Seconds for a download."""


@dataclass(frozen=True)
class Package:
    """A package at one version: `files` are names in `lib/` by their place in the package."""

    name: str
    version: str
    integrity: str
    files: Mapping[str, str]

    @property
    def url(self) -> str:
        """Address of the archive."""
        return f"{REGISTRY}/{self.name}/-/{self.name}-{self.version}.tgz"


PACKAGES = (
    Package(
        "preact",
        "11.2.0",
        "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
        {"dist/preact.mjs": "preact.js", "hooks/dist/hooks.mjs": "hooks.js", "LICENSE": "preact.LICENSE"},
    ),
    Package(
        "htm",
        "3.1.1",
        "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
        {"dist/htm.mjs": "htm.js", "LICENSE": "htm.LICENSE"},
    ),
)
IMPORTS = {b'from"preact"': b'from"./preact.js"'}
"""Names that only a bundler finds, and the relative addresses that a browser finds."""


def integrity(octets: bytes) -> str:
    """Compute a digest as npm writes it."""
    return "sha512-" + base64.b64encode(hashlib.sha512(octets).digest()).decode()


def unpack(package: Package, archive: bytes) -> Iterator[tuple[str, bytes]]:
    """Take the files of a package out of its archive. Raises ValueError for another digest."""
    if (found := integrity(archive)) != package.integrity:
        raise ValueError(
            f"{package.url}: expected {package.integrity}, found {found}; was the version changed?"
        )
    with tarfile.open(fileobj=io.BytesIO(archive)) as members:
        for inner, name in package.files.items():
            member = members.extractfile(f"package/{inner}")
            if member is None:
                raise ValueError(f"{package.url}: expected a file {inner}, found none")
            yield name, _relative(member.read())


def _relative(octets: bytes) -> bytes:
    for bare, address in IMPORTS.items():
        octets = octets.replace(bare, address)
    return octets


def digests(files: Mapping[str, bytes]) -> str:
    """Write what `--check` compares: each package with its version and the digests of its files."""
    packages = {
        each.name: {
            "version": each.version,
            "url": each.url,
            "integrity": each.integrity,
            "files": {name: integrity(files[name]) for name in each.files.values()},
        }
        for each in PACKAGES
    }
    return json.dumps(packages, indent=2) + "\n"


def mistakes(folder: Path = LIBRARIES) -> list[str]:
    """List files that are not as they were vendored, and those that are missing or too many."""
    wanted = {name for package in PACKAGES for name in package.files.values()}
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    told = found.pop(DIGESTS, b"")
    if wanted != set(found):
        return [f"{folder / name}: missing, or not of a package" for name in sorted(wanted ^ set(found))]
    written = json.loads(told) if told else {}
    expected = {name: digest for each in written.values() for name, digest in each["files"].items()}
    changed = [name for name in sorted(found) if integrity(found[name]) != expected.get(name)]
    stale = [] if told.decode() == digests(found) or changed else [DIGESTS]
    return [
        f"{folder / name}: not as it was vendored; run this script with --write" for name in changed + stale
    ]


def write(folder: Path = LIBRARIES) -> None:
    """Download all packages, check them, and write their files."""
    files = {name: octets for package in PACKAGES for name, octets in unpack(package, _download(package.url))}
    folder.mkdir(exist_ok=True)
    for name, octets in files.items():
        (folder / name).write_bytes(octets)
    (folder / DIGESTS).write_text(digests(files), encoding="utf-8")


def _download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        octets: bytes = answer.read()
    return octets


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--write"]:
            write()
        case ["--check"]:
            sys.exit("\n".join(mistakes()) or None)
        case _:
            sys.exit("usage: console_libraries.py --write|--check")
