"""Suites of other projects, written in a test and run by a pytest of their own with our plugin.

PYTEST_DONT_REWRITE: test modules load this module as a plugin, and import it as well.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

from serving import REPOSITORY, environment

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
LONG = 200.0
"""Seconds until a running suite fails."""

CLIENT = '''
import asyncio, json, threading, time
from urllib.request import Request, urlopen
from urllib.error import HTTPError

QUERY = "/oifde/rest/api/queryRecordHistory"
GETTOKEN = "/oifde/rest/api/gettoken"


def post(url, context=None, **body):
    """Status and answer."""
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    try:
        with urlopen(request, context=context, timeout=20) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read() or b"{}")


def query(simulator, **fields):
    """The status of a query."""
    body = {**simulator.credentials, "userMobile": "18000000001", **fields}
    return post(simulator.url + QUERY, simulator.ssl_context, **body)[0]
'''
"""A client as a module for suites."""

APPLICATION = """
import aiohttp
from aiohttp import web
from vendor import QUERY

VENDOR = web.AppKey("VENDOR", str)
WHO = web.AppKey("WHO", dict)

def my_application(vendor, **who):
    app = web.Application()
    app[VENDOR], app[WHO] = vendor, who
    app.router.add_get("/calls/{number}", calls)
    return app

async def calls(request):
    body = {**request.app[WHO], "userMobile": request.match_info["number"]}
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.post(request.app[VENDOR] + QUERY, json=body) as answer:
                if answer.status == 200:
                    return web.json_response({"calls": (await answer.json())["total"]})
"""
"""A server of the reader, as a module for suites: it asks the vendor again until it is answered."""


ASYNCHRONOUS = ("oifde_simulator", "asyncio", "aiohttp")
"""Plugins of a suite with asynchronous tests."""


@dataclass
class Ran:
    """What a suite of several modules has printed."""

    said: str

    def outcomes(self, module: str) -> Mapping[str, int]:
        """Count the outcomes of a module: `{"PASSED": 3}`."""
        return Counter(re.findall(rf"^([A-Z]+) {re.escape(module)}\.py::", self.said, re.M))

    def report(self, test: str) -> str:
        """Find what is printed of a failed test below its title."""
        (found,) = re.findall(
            rf"^_+ {re.escape(test)} _+\n(.*?)(?=^_{{4,}} |^={{4,}})", self.said, re.MULTILINE | re.DOTALL
        )
        return str(found)


@dataclass
class Suite:
    """A folder with the tests of another project."""

    folder: Path
    site: Path
    """Folder with our entry points, as an installation has them."""
    plugins: Sequence[str] = ("oifde_simulator",)
    """Names of the plugins that are loaded, beside xdist for several workers; each takes long to import."""

    def write(self, **files: str) -> None:
        """Write modules under their names."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(dedent(text))

    def ini(self, *lines: str) -> None:
        """Write the ini file."""
        (self.folder / "pytest.ini").write_text("\n".join(("[pytest]", *lines, "")))

    def command(self, *arguments: str) -> list[str]:
        """Build the command line of pytest; xdist is loaded where workers are asked for."""
        names = (*self.plugins, *["xdist"] * any(word.startswith("-n") for word in arguments))
        plugins = (word for name in names for word in ("-p", name))
        return [sys.executable, "-m", "pytest", *plugins, "-p", "no:cacheprovider", "-q", *arguments]

    def environment(self, **variables: str) -> Mapping[str, str]:
        """Build the environment of pytest; in a pipeline, its summary would repeat whole messages."""
        ours = ("PYTEST_", "OIFDE_")
        pipeline = ("CI", "BUILD_NUMBER")
        own = {n: text for n, text in environment().items() if not n.startswith(ours) and n not in pipeline}
        places = os.pathsep.join((str(self.site), str(REPOSITORY / "simulator")))
        return own | {"PYTHONPATH": places, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | variables

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the suite to its end."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    def passes(self, number: int, *arguments: str, **variables: str) -> str:
        """Run the suite, require that `number` tests pass and none fails, and return the output."""
        done = self.run(*arguments, **variables)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{number} passed" in done.stdout, done.stdout
        return done.stdout

    def ran(self, *arguments: str) -> Ran:
        """Run modules that may pass or fail."""
        return Ran(self.run("-rap", *arguments).stdout)


def entry_points(site: Path) -> None:
    """Write our entry points into `site`, as an installation does."""
    lines = [
        line
        for group, entries in PROJECT["entry-points"].items()
        for line in (f"[{group}]", *(f"{name} = {place}" for name, place in entries.items()))
    ]
    folder = site / "oifde_simulator_in_tests-0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: oifde-simulator-in-tests\nVersion: 0\n")
    (folder / "entry_points.txt").write_text("\n".join((*lines, "")))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a folder with our entry points."""
    site = tmp_path_factory.mktemp("site")
    entry_points(site)
    return site


@pytest.fixture
def suite(tmp_path: Path, site: Path) -> Suite:
    """Create a suite with nothing but a client in its module `vendor`."""
    return new_suite(tmp_path / "suite", site)


@pytest.fixture(scope="module")
def module_suite(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Suite:
    """Create a suite that several tests of a module look at."""
    return new_suite(tmp_path_factory.mktemp("suites") / "suite", site)


def new_suite(folder: Path, site: Path) -> Suite:
    """Create a suite in a folder."""
    folder.mkdir()
    (folder / "vendor.py").write_text(CLIENT)
    return Suite(folder, site)
