"""Write where the packages of a release come from: an in-toto statement with SLSA's provenance, not signed.

    python .ci/provenance.py FOLDER COMMIT LOCK

FOLDER has the packages, and gets provenance.json; LOCK names the tools that built them. The workflow of
docs/releasing.md has its own statement signed by the CI; this one can be compared with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    folder, commit, lock = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    text = json.dumps(statement(folder, commit, lock), indent=2)
    (folder / "provenance.json").write_text(f"{text}\n", encoding="utf-8")


def statement(folder: Path, commit: str, lock: Path) -> dict[str, Any]:
    """Describe the packages of a folder and how they were built (https://slsa.dev/spec/v1.0/provenance)."""
    packages = sorted([*folder.glob("*.whl"), *folder.glob("*.tar.gz")])
    return {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": path.name, "digest": digest(path)} for path in packages],
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "https://packaging.python.org/en/latest/specifications/source-distribution-format/",
                "externalParameters": {"command": ".ci/release"},
                "internalParameters": {"SOURCE_DATE_EPOCH": os.environ["SOURCE_DATE_EPOCH"]},
                "resolvedDependencies": [
                    {"uri": f"git+{repository()}", "digest": {"gitCommit": commit}},
                    {"name": lock.name, "digest": digest(lock)},
                ],
            },
            "runDetails": {
                "builder": {
                    "id": os.environ.get("OIFDE_RELEASE_BUILDER", "a checkout, by hand"),
                    "version": {"python": platform.python_version(), **tools(lock)},
                },
            },
        },
    }


def digest(path: Path) -> dict[str, str]:
    return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def repository() -> str:
    """Read the URL of the repository, without a password; the name of the project where it has none."""
    ask = ("git", "config", "--get", "remote.origin.url")
    url = subprocess.run(ask, capture_output=True, text=True, check=False).stdout.strip()
    return re.sub("//[^/@]*@", "//", url) if "://" in url else "oifde-simulator"


def tools(lock: Path) -> dict[str, str]:
    """Read the versions of what builds a package from the lock."""
    return dict(re.findall(r"^(build|hatchling)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


if __name__ == "__main__":
    main()
