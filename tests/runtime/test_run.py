"""A server inside another program: `run`, a thread, a process; none leaves anything behind."""

from __future__ import annotations

import io
import os
import select
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from child_processes import started
from oifde_simulator.cli import main
from oifde_simulator.client import Control, Unreachable
from oifde_simulator.config import Settings
from oifde_simulator.runtime import guardian
from oifde_simulator.runtime.child import command as child_command
from oifde_simulator.runtime.embedding import running, spawned
from serving import PATIENCE, command, environment, run

ASKS = """
import os, ssl, sys
from urllib.request import urlopen
control, ca_file = os.environ["OIFDE_CONTROL"], os.environ["OIFDE_CA_FILE"]
assert urlopen(control + "/readyz").status == 200
context = ssl.create_default_context(cafile=ca_file) if ca_file else None
try:
    urlopen(os.environ["OIFDE_URL"], context=context)
except OSError as error:
    assert error.code == 404
print(os.environ["OIFDE_URL"].partition(":")[0], ca_file, os.environ["OIFDE_CONTROL_TOKEN"])
sys.exit(7)
"""
"""A program that asks both planes and exits with a code of its own."""


def python(code: str) -> Sequence[str]:
    """Build the command that runs Python code."""
    return ["--", sys.executable, "-c", code]


def code(number: int) -> Sequence[str]:
    """Build a command that exits with a code."""
    return python(f"raise SystemExit({number})")


# run


@pytest.mark.slow
def test_a_command_finds_the_server_in_its_environment_and_its_code_is_ours() -> None:
    done = run("run", "--log-level", "error", *python(ASKS))
    assert (done.returncode, done.stderr) == (7, "")
    scheme, ca_file = done.stdout.split()
    assert scheme == "https"
    assert not Path(ca_file).parent.exists()


@pytest.mark.slow
def test_without_tls_there_is_no_authority_and_a_token_of_the_control_plane_is_handed_on() -> None:
    given = ("--tls", "off", "--log-level", "error", "--control-token", "0123456789abcdef")
    done = run("run", *given, *python(ASKS), OIFDE_CA_FILE="of somebody else")
    assert (done.returncode, done.stdout) == (7, "http  0123456789abcdef\n")


@pytest.mark.parametrize("how", ["option", "environment"])
@pytest.mark.slow
def test_ports_are_free_ones_unless_they_are_given(how: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = str(taken.getsockname()[1])
    shows = python("import os; print(os.environ['OIFDE_CONTROL'])")
    if how == "option":
        done = run("run", "--control-port", port, *shows)
    else:
        done = run("run", *shows, OIFDE_SIMULATOR_CONTROL_PORT=port)
    assert done.stdout == f"http://127.0.0.1:{port}\n"


@pytest.mark.slow
def test_arguments_reach_the_command_as_they_are_and_no_verdict_is_printed_when_nobody_asked() -> None:
    done = run("run", *python("import sys; print(sys.argv[1:])"), "--", "a b", "--tls", "$x")
    assert (done.returncode, done.stdout) == (0, "['--', 'a b', '--tls', '$x']\n")


# name: (arguments, exit code, words)
REFUSED = {
    "nothing to run": (("run",), 2, "expected -- and a command to run"),
    "nothing after the dashes": (("run", "--"), 2, "expected -- and a command to run"),
    "a command without the dashes": (("run", "pytest"), 2, "expected -- and a command to run; such as"),
    "one with arguments": (
        ("run", "--tls", "off", "echo", "-n", "a b"),
        2,
        "such as: oifde-simulator run -- echo -n 'a b'",
    ),
    "words before the dashes": (
        ("run", "nice", "--", "echo"),
        2,
        "such as: oifde-simulator run -- nice echo",
    ),
    "a slip": (("run", "--tsl=off", "--", "echo"), 2, "unrecognized arguments: --tsl=off"),
    "a wrong option": (("run", "--port", "x", *code(0)), 2, "--port: expected a port"),
    "a server that cannot start": (("run", "--scenarios", "nowhere", *code(0)), 2, "nowhere"),
    "a command that is not there": (("run", "--", "no-such-command"), 127, "no-such-command: No such file"),
    "a command that cannot be run": (("run", "--", "/"), 126, "/: Permission denied"),
}


@pytest.mark.parametrize(("arguments", "number", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_run_is_a_line_and_a_code(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], number: int, words: str
) -> None:
    try:
        found = main(arguments)
    except SystemExit as exit_:
        found = int(exit_.code or 0)
    said = capsys.readouterr().err
    assert (found, len(said.splitlines())) == (number, 1)
    assert said.startswith("oifde-simulator")
    assert words in said


def test_the_help_says_that_ports_are_free_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert said.count("its port; 0 picks a free one (default: a free one)") == 2
    assert "844" not in said
    assert "undivided" not in said


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
@pytest.mark.slow
def test_a_command_that_a_signal_ended_has_a_code_that_says_so() -> None:
    assert run("run", *python("import os; os.kill(os.getpid(), 9)")).returncode == 137


HEARS = """
import signal
heard = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1}
signal.pthread_sigmask(signal.SIG_BLOCK, heard)
print("up", flush=True)
for _ in heard:
    print(int(signal.sigwait(heard)), flush=True)
raise SystemExit(5)
"""
"""A command that names each signal: one that comes before it waits is kept for it."""


@pytest.mark.skipif(os.name != "posix", reason="signals are of POSIX")
@pytest.mark.slow
def test_signals_are_for_the_command() -> None:
    with started(
        command("run", *python(HEARS)), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment()
    ) as running_:
        assert running_.stdout is not None
        assert running_.stdout.readline() == b"up\n"
        for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGINT, signal.SIGTERM):
            running_.send_signal(number)
            assert running_.stdout.readline() == b"%d\n" % number
        assert running_.wait(PATIENCE) == 5


def test_a_signal_before_there_is_a_command_ends_us() -> None:
    with pytest.raises(SystemExit) as exit_:
        child_command.SignalForwarder()(signal.SIGTERM, None)
    assert exit_.value.code == 143


ONE_QUERY = """
import json, os, urllib.request
body = {"tenantId": "acme", "authToken": "x", "userMobile": "1"}
url = os.environ["OIFDE_URL"] + "/oifde/rest/api/queryRecordHistory"
urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode()))
"""
RULES = """
rules:
  - {name: used, match: {request: {userMobile: "1"}}, respond: {status: 200}}
  - {name: idle, match: {request: {userMobile: "2"}}, respond: {status: 503}}
"""


@pytest.mark.parametrize(
    ("option", "last", "number"),
    [
        ("--coverage", "", 0),
        ("--fail-on-unused", "", 3),
        ("--fail-on-unused", "raise SystemExit(9)", 9),
    ],
    ids=["asked", "demanded", "the command's own failure comes first"],
)
@pytest.mark.slow
def test_the_verdict_on_coverage_is_printed_when_asked(
    tmp_path: Path, option: str, last: str, number: int
) -> None:
    (tmp_path / "acme.yaml").write_text(RULES)
    calm = ("--tls", "off", "--log-level", "error")
    given = (*calm, "--scenarios", str(tmp_path / "acme.yaml"), option)
    done = run("run", *given, *python(ONE_QUERY + last))
    assert (done.returncode, done.stderr) == (number, "")
    first, last = done.stdout.splitlines()
    assert "idle" in first
    assert "never fired" in first
    assert last.startswith("coverage: 1 of 2 rules")


FAMILY = """
import os, subprocess, sys
waits = "import signal; print(flush=True); signal.pause()"
inner = subprocess.Popen([sys.executable, "-c", waits], stdout=subprocess.PIPE)
inner.stdout.readline()
print(os.path.dirname(os.environ["OIFDE_CA_FILE"]), flush=True)
inner.wait()
"""
"""A command that starts another one and waits for it."""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux tells who started whom")
def test_run_that_is_killed_leaves_no_command_and_no_folder() -> None:
    with started(
        command("run", "--log-level", "error", *python(FAMILY)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as killed:
        assert killed.stdout is not None
        folder = Path(killed.stdout.readline().decode().strip())
        assert folder.is_dir()
        family = guardian.with_descendants(list(guardian.named([killed.pid])))
        handles = [os.pidfd_open(pid) for pid, _ in family]
        assert len(handles) == 1 + 1 + 2, "run, the guardian, the command and what it started"
        killed.kill()
        for handle in handles:
            assert select.select([handle], [], [], PATIENCE)[0], "it should end"
            os.close(handle)
    assert not folder.exists()


@contextmanager
def signals_restored() -> Iterator[None]:
    """Give ignored signals their handlers back: commands of later tests would inherit them."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_guardian_that_was_told_of_a_good_end_touches_nothing(tmp_path: Path) -> None:
    with signals_restored():
        guardian.main(str(tmp_path), io.BytesIO(b"%d\ndone\n" % os.getpid()))
    assert tmp_path.exists()


@pytest.mark.slow(seconds=1)
def test_a_guardian_ends_what_ignores_sigterm(tmp_path: Path) -> None:
    stubborn = (
        "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); signal.pause()"
    )
    with started([sys.executable, "-c", stubborn], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        guardian.end(list(guardian.named([process.pid])))
        assert process.wait(PATIENCE) == -signal.SIGKILL


def test_a_guardian_spares_a_process_that_has_got_the_number_of_another() -> None:
    me = [(os.getpid(), "0")]
    guardian.send(signal.SIGKILL, me)
    assert not guardian.is_alive(me[0])


# Beside a program


def test_a_server_in_a_thread_is_up_in_the_block_and_gone_after_it() -> None:
    with (
        running(Settings(port=0, control_port=0, tls="off")) as server,
        Control(server.control_url) as control,
    ):
        assert control.readyz().status == "ready"
    with pytest.raises(Unreachable):
        control.readyz()


def test_a_server_in_a_thread_that_cannot_listen_says_why() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        settings = Settings(port=taken.getsockname()[1], control_port=0, tls="off")
        with pytest.raises(OSError, match="the port is in use"), running(settings):
            pass


def test_an_interrupt_while_it_starts_leaves_no_thread_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    interrupts = iter([KeyboardInterrupt])
    result = Future.result

    def interrupted(future: Future[Any], timeout: float | None = None) -> Any:
        for interrupt in interrupts:
            raise interrupt
        return result(future, timeout)

    monkeypatch.setattr(Future, "result", interrupted)
    with pytest.raises(KeyboardInterrupt), running(Settings(port=0, control_port=0, tls="off")):
        pass
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("simulator")]


def test_what_happens_in_the_block_is_raised_from_it() -> None:
    with pytest.raises(ZeroDivisionError), running(Settings(port=0, control_port=0, tls="off")):
        raise ZeroDivisionError


@pytest.mark.slow(seconds=1)
def test_a_server_as_a_process_is_up_in_the_block_and_gone_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OIFDE_SIMULATOR_SCENARIOS", "not ours to follow")
    with spawned("--tls", "off") as addresses, Control(addresses.control) as control:
        assert control.readyz().status == "ready"
        assert control.ca_pem() is None
    with pytest.raises(Unreachable):
        control.readyz()


@pytest.mark.slow(seconds=1)
@pytest.mark.skipif(os.name != "posix", reason="forks are of POSIX")
def test_a_process_ends_though_a_forked_one_holds_its_input_open(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    monkeypatch.setattr(subprocess.Popen, "kill", lambda process: killed.append(process.pid))
    with spawned("--tls", "off"):
        held = [os.dup(number) for number in open_pipes()]
    for number in held:
        os.close(number)
    assert held
    assert not killed


def open_pipes() -> list[int]:
    """List the pipes that this process has open."""
    numbers = map(int, os.listdir("/dev/fd"))
    return [number for number in numbers if is_pipe(number)]


def is_pipe(number: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False


@pytest.mark.slow(seconds=1)
def test_a_process_that_does_not_start_says_why() -> None:
    why = r"did not start: oifde-simulator serve: .*nowhere"
    with pytest.raises(RuntimeError, match=why), spawned("--scenarios", "nowhere"):
        pass


@pytest.mark.slow
def test_a_folder_called_simulator_where_it_is_started_is_not_taken_for_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "simulator").mkdir()
    (tmp_path / "simulator" / "__init__.py").write_text("raise SystemExit('not ours')\n")
    monkeypatch.chdir(tmp_path)
    with spawned("--tls", "off") as addresses, Control(addresses.control) as control:
        assert control.readyz().status == "ready"


@pytest.mark.slow(seconds=1)
def test_until_eof_is_until_standard_input_ends() -> None:
    serve = command("serve", "--port", "0", "--control-port", "0", "--tls", "off", "--until-eof")
    with started(
        serve, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as serving:
        assert serving.stdin
        assert serving.stdout
        assert serving.stdout.readline()
        serving.stdin.write(b"words are no end\n")
        serving.stdin.flush()
        assert serving.poll() is None
        _, errors = serving.communicate(timeout=PATIENCE)
        assert (serving.returncode, errors) == (0, b"")
