"""All that .ci/run checks, in lanes side by side: the checkout, the packages made from it, and the image.

    python3 .ci/checks.py TEST_LINE SERVE_LINE

The lines are those of the README. Tests compute while installations wait for the network, so that all lanes
take little longer than the tests alone. The first section that fails ends all.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from sections import SectionFailed, Sections

BIN = Path(".venv", "bin")
EVERYTHING = "-m '' --hypothesis-profile=half -rfEs"
"""Options of pytest: the tests that take seconds too, and more examples than every day."""
FRESH = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE", "simulator", "scenarios", "schemas")
"""Files of the checkout that the README's line to serve needs."""


def main() -> None:
    """Check everything; exit 1 with the name of a section that failed."""
    failures: list[str] = []
    try:
        asyncio.run(check_all(*sys.argv[1:]))
    except* SectionFailed as failed:
        failures.extend(map(str, failed.exceptions))
    except* (asyncio.CancelledError, KeyboardInterrupt):
        failures.append("ended by a signal")
    sys.exit("\n".join(failures) or 0)


async def check_all(test_line: str, serve_line: str) -> None:
    """Run all lanes, and show how long each section took."""
    this = asyncio.current_task()
    assert this
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # as Ctrl-C does
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        sections = Sections(work)
        await sections.run("install uv", ".ci/uv", work / "uv")
        os.environ["UV"] = str(work / "uv/bin/uv")
        async with asyncio.TaskGroup() as lanes:
            lanes.create_task(check_checkout(sections, work, test_line))
            lanes.create_task(check_packages(sections, work, serve_line))
            lanes.create_task(sections.run("build the image, run it, ask, stop", ".ci/image"))
    print(f"\n== all of it holds\n{sections.summary()}")


async def check_checkout(sections: Sections, work: Path, test_line: str) -> None:
    """Lint and test what is in the checkout; what takes least time comes first."""
    await sections.run("install the tools of development", ".ci/install", ".venv", "constraints.txt", "dev")
    await sections.run("format", BIN / "ruff", "format", "--check", ".")
    await sections.run("lint", BIN / "ruff", "check", ".")
    await sections.run("types", BIN / "mypy")
    await sections.run("imports", BIN / "lint-imports")
    await sections.run("build the documentation as a site, and check its links", ".ci/site", work / "site")
    title = f"set up and test, by the README's line, what takes seconds too: {test_line}"
    command = (".ci/once_more", BIN / "python", "sh", "-c", test_line)
    await sections.run(title, *command, patience=50 * 60.0, PYTEST_ADDOPTS=EVERYTHING)


async def check_packages(sections: Sections, work: Path, serve_line: str) -> None:
    """Build, install and serve packages, fuzz the server, and test elsewhere and with other versions.

    Its suites run one after the other: three at once on two cores take no less time, and tests wait too long.
    """
    await sections.run("build the sdist, and the wheel from it, and install both", ".ci/package", work)
    python = work / "wheel/bin/python"
    for kind in ("wheel", "sdist"):
        line = f"{work}/{kind}/bin/oifde-simulator serve"
        await sections.run(f"serve from the {kind}, ask, stop", ".ci/prove", python, work, line)
    copy_to(work / "fresh")
    title = f"set up and serve, by the README's line: {serve_line}"
    await sections.run(title, ".ci/prove", python, work / "fresh", serve_line)
    await sections.run("build the client, install it alone, and ask with it", ".ci/client", work)
    locked = work / "locked"
    title = "install the wheel as a release is installed: each dependency by its hash"
    await sections.run(title, ".ci/locked", locked, *(work / "dist").glob("*.whl"))
    line = f"{locked}/bin/oifde-simulator serve"
    await sections.run("serve from it, ask, stop", ".ci/prove", python, work, line)
    await sections.run("check what others deploy, and run the hook of pre-commit", ".ci/deploy", work)
    fuzzing = work / "fuzz"
    await sections.run("install what fuzzes", ".ci/install", fuzzing, ".ci/fuzz-constraints.txt", "fuzz")
    await sections.run("fuzz both planes by their own documents", ".ci/fuzz", fuzzing / "bin/python", "40")
    await sections.run("serve and test by the README's lines in an empty Debian", ".ci/empty_machine")
    for bound in ("lowest", "newest"):
        await sections.run(f"test with the {bound} versions of what we depend on", ".ci/versions", bound)
    await sections.run("test with the other versions of Python that are here", ".ci/pythons")


def copy_to(folder: Path) -> None:
    """Copy what the README's line to serve needs."""
    folder.mkdir()
    for each in map(Path, FRESH):
        if each.is_dir():
            shutil.copytree(each, folder / each, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(each, folder)


if __name__ == "__main__":
    main()
