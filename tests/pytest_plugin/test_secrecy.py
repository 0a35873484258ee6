"""Credentials stay out of reports and out of lists of processes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from inner import Suite
from oifde_simulator.client import Control, Unreachable
from oifde_simulator.client.models import MadeTenant
from oifde_simulator.runtime.embedding import Addresses, spawned

pytest_plugins = ("inner",)

TOKEN = "a-token-that-no-report-shows"
MADE = MadeTenant("acme", "the-app-secret", "the-auth-token", "http://127.0.0.1:1")


@pytest.mark.parametrize("value", [Addresses("http://127.0.0.1:1", TOKEN), MADE], ids=["addresses", "tenant"])
def test_what_holds_credentials_does_not_show_them(value: object) -> None:
    assert "http://127.0.0.1:1" in repr(value)
    for secret in (TOKEN, MADE.app_secret, MADE.auth_token):
        assert secret not in repr(value)


def test_nobody_answering_does_not_lead_to_frames_with_the_token() -> None:
    with Control("http://127.0.0.1:9", TOKEN) as control, pytest.raises(Unreachable) as raised:
        control.readyz()
    assert raised.value.__suppress_context__
    shown = raised.getrepr(showlocals=True, style="long", tbfilter=False)
    assert TOKEN not in str(shown)


@pytest.mark.parametrize("how", ["process", "thread"])
@pytest.mark.slow
def test_no_report_shows_a_credential_however_long_it_is(suite: Suite, how: str) -> None:
    suite.write(
        conftest=f"""
        import pytest

        @pytest.fixture(scope="session")
        def simulator_options(simulator_options):
            return {{**simulator_options, "control_token": {TOKEN!r}}}
        """,
        test_it="""
        import pathlib

        def test_fails(simulator, simulator_server, simulator_control):
            pathlib.Path("secrets").write_text(simulator.auth_token + " " + simulator.app_secret)
            raise AssertionError

        def test_is_refused(simulator):
            simulator.use("no such scenario")

        def test_has_a_defect(simulator):
            simulator.control._transport.request("GET", "/readyz", object())

        def test_is_alone(simulator, simulator_server):
            from oifde_simulator.client import Control
            Control("http://127.0.0.1:9", simulator_server.token).readyz()
        """,
    )
    said = suite.run("--tb=long", "-l", "--simulator-server", how).stdout
    assert "4 failed" in said
    for secret in (TOKEN, *(suite.folder / "secrets").read_text().split()):
        assert secret not in said


@pytest.mark.slow
def test_a_server_that_does_not_start_shows_no_credential(suite: Suite) -> None:
    suite.write(
        conftest=f"""
        import pytest

        @pytest.fixture(scope="session")
        def simulator_options(simulator_options):
            return {{**simulator_options, "control_token": {TOKEN!r}, "scenarios": ["nowhere"]}}
        """,
        test_it="def test_it(simulator): pass\n",
    )
    for how in ("process", "thread"):
        said = suite.run("--tb=long", "-l", "--simulator-server", how).stdout
        assert "1 error" in said
        assert "nowhere" in said
        assert TOKEN not in said


TOKENS = {
    "given as one word": ([f"--control-token={TOKEN}"], TOKEN),
    "given as two": (["--control-token", TOKEN], TOKEN),
    "made, as others may ask": (["--control-host", "0.0.0.0"], None),
}


@pytest.mark.slow
@pytest.mark.parametrize(("options", "wanted"), TOKENS.values(), ids=TOKENS)
def test_a_process_is_reached_with_its_token_which_is_no_argument_of_it(
    options: list[str], wanted: str | None
) -> None:
    with spawned("--tls", "off", *options) as addresses:
        assert addresses.token
        assert wanted in (None, addresses.token)
        with Control(addresses.control, addresses.token) as control:
            assert control.tenants()
        with Control(addresses.control) as stranger, pytest.raises(Exception, match="401"):
            stranger.tenants()
        if sys.platform == "linux":
            listed = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if _ours(path)]
            assert any(b"--until-eof" in line for line in listed)
            assert not any(addresses.token.encode() in line for line in listed)


def _ours(path: Path) -> bool:
    """Check that a process is a child of this one."""
    import os

    try:
        return f"\nPPid:\t{os.getpid()}\n" in (path.parent / "status").read_text()
    except OSError:  # it has ended meanwhile
        return False


OPTIONS = {"given": {"control_token": TOKEN}, "made": {"control_host": "0.0.0.0"}}
"""Folders of a suite, and the options of their server, which wants a token that was given or made."""
OWN_OPTIONS = """
import pytest

@pytest.fixture(scope="session")
def simulator_options(simulator_options):
    return {{**simulator_options, **{options}}}
"""


@pytest.mark.slow
def test_a_suite_whose_server_wants_a_token_has_it(suite: Suite) -> None:
    for name, options in OPTIONS.items():
        (suite.folder / name).mkdir()
        (suite.folder / name / "conftest.py").write_text(OWN_OPTIONS.format(options=options))
        test = "from vendor import query\n\ndef test_it(simulator):\n    assert query(simulator) == 200\n"
        (suite.folder / name / f"test_{name}.py").write_text(test)
    suite.ini("pythonpath = .")
    for how in ("process", "thread"):
        suite.passes(2, "--simulator-server", how)
    suite.passes(2, "-n", "1")
