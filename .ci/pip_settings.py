"""The settings of this machine's pip for a build in a container, as one file, and the paths that they name.

    python3 .ci/pip_settings.py FILE PIP...

Writes FILE, to be mounted as /etc/pip.conf, and prints the paths to be mounted where they are, one a line.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

LEFT_OUT = {"constraint", "user", "target", "prefix", "require-virtualenv"}
"""Settings that are about environments of this machine, not about where packages come from."""
DEPTH = 3
"""Parts of a path such as /srv/index, whose parent would hide folders of the image."""


def main(file: str, *pip: str) -> None:
    """Write what `pip config list` tells, and print the paths in it."""
    listed = subprocess.run([*pip, "config", "list"], check=True, capture_output=True, text=True).stdout
    settings = dict(map(read_line, listed.splitlines()))  # a later line has precedence
    kept = {name: text for name, text in settings.items() if name not in LEFT_OUT}
    lines = [f"{name} = {' '.join(text.split())}" for name, text in kept.items()]
    Path(file).write_text("\n".join(["[global]", *lines, ""]))
    paths = {path for text in kept.values() for word in text.split() for path in paths_to_mount(word)}
    print(*sorted(paths), sep="\n")


def read_line(line: str) -> tuple[str, str]:
    """Read a line such as `global.index-url='https://...'` or `:env:.cert='/...'`."""
    key, _, text = line.partition("=")
    return key.rpartition(".")[2], ast.literal_eval(text)


def paths_to_mount(word: str) -> list[str]:
    """Find the path that a word names, if it exists; of a file:// index its parent, which has the files."""
    path = Path(word.removeprefix("file://"))
    if not path.is_absolute() or not path.exists():
        return []
    beside = word.startswith("file://") and len(path.parts) > DEPTH
    return [str(path.parent if beside else path)]


if __name__ == "__main__":
    main(*sys.argv[1:])
