"""`serve --tls-fault FAULT=PORT`: how it is written, refused and told."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.cli import main
from oifde_simulator.config import Settings
from oifde_simulator.config.reading import read_settings
from oifde_simulator.immediate import immediate
from oifde_simulator.pytest_plugin import serve_options
from oifde_simulator.runtime.banner import banner
from oifde_simulator.runtime.embedding import running as embedded
from oifde_simulator.runtime.server import Simulator
from oifde_simulator.runtime.server.registry import registry
from oifde_simulator.tls_faults import FAULTS, MEANINGS, fault_port
from serving import REPOSITORY, running


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_can_be_written(fault: str) -> None:
    assert fault_port(f"{fault}=9444") == fault_port(f" {fault} = 9444 ") == (fault, 9444)


WRONG = {
    "no port": ("expired", 'expected FAULT=PORT such as expired=9444, found "expired"'),
    "an empty port": ("expired=", "expected FAULT=PORT"),
    "no fault": ("=9444", "expected FAULT=PORT"),
    "a name that is near": ("expird=9444", 'found "expird"; did you mean "expired"?'),
    "an underscore": ("wrong_host=9444", 'found "wrong_host"; did you mean "wrong-host"?'),
    "another case": ("Expired=9444", 'found "Expired"; did you mean "expired"?'),
    "no fault of all": ("9444=expired", "expected one of expired, not-yet-valid, "),
    "good": ("good=9444", 'before the =, found "good"'),
    "a large port": ("expired=65536", 'expected a port from 0 to 65535 (0 picks a free one), found "65536"'),
    "a negative port": ("expired=-1", "expected a port from 0 to 65535"),
    "no number": ("expired=https", "expected a port from 0 to 65535"),
    "two ports": ("expired=9444=9445", "expected a port from 0 to 65535"),
    "a host": ("expired=127.0.0.1:9444", "expected a port from 0 to 65535"),
    "nothing": (" ", "found nothing but white space"),
}


@pytest.mark.parametrize(("text", "words"), WRONG.values(), ids=WRONG)
def test_a_wrong_text_is_one_line_and_2(text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--tls-fault", text]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("oifde-simulator serve: --tls-fault: ")
    assert words in line


def test_a_wrong_text_of_the_environment_names_the_variable() -> None:
    with pytest.raises(ValueError, match=r"OIFDE_SIMULATOR_TLS_FAULT: .*did you mean .hanging.\?"):
        read_settings({}, {"OIFDE_SIMULATOR_TLS_FAULT": "expired=0,hangin=0"})


def test_the_variable_is_a_list() -> None:
    chosen = read_settings({}, {"OIFDE_SIMULATOR_TLS_FAULT": "expired=9444, cut=0,"})
    assert chosen.tls_fault == (("expired", 9444), ("cut", 0))


@pytest.mark.parametrize(
    ("faults", "others", "words"),
    [
        (["cut=9444", "expired=9444"], {}, "--tls-fault expired=9444 and --tls-fault cut=9444 are one port"),
        (["cut=9444", "cut=9444"], {}, "are one port; give each a number of its own"),
        (["cut=8443"], {}, "--tls-fault cut=8443 and --port 8443 are one port"),
        (["cut=8444"], {}, "--tls-fault cut=8444 and --control-port 8444 are one port"),
        (["cut=9444"], {"recordings_port": 9444}, "and --recordings-port 9444 are one port"),
        (["cut=9444"], {"tls": "off"}, "--tls off and --tls-fault exclude each other; leave one of them out"),
    ],
)
def test_what_cannot_go_together_is_one_line(faults: list[str], others: dict[str, Any], words: str) -> None:
    chosen = Settings(tls_fault=tuple(map(fault_port, faults)), **others)
    with pytest.raises(ValueError, match=r"one of them out|of its own") as refused:
        Simulator(chosen, registry(chosen, {}))
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_any_number_of_ports_may_be_any_free_one() -> None:
    chosen = Settings(port=0, tls_fault=(("cut", 0), ("cut", 0), ("expired", 0)))
    assert Simulator(chosen, registry(chosen, {}))


async def test_a_busy_port_names_the_option() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        chosen = Settings(port=0, control_port=0, no_bundled=True, tls_fault=(("cut", number),))
        with pytest.raises(OSError, match="cannot listen") as refused:
            await Simulator(chosen, registry(chosen, {})).start()
    assert str(refused.value) == (
        f"cannot listen on 127.0.0.1:{number}: the port is in use; choose another with --tls-fault cut=PORT, "
        "or --tls-fault cut=0 for any free one"
    )


def test_banner_and_ready_file_tell_each_port(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    chosen = Settings(
        port=0, control_port=0, ready_file=ready, tls_fault=(("expired", 0), ("expired", 0), ("cut", 0))
    )
    with embedded(chosen) as simulator:
        told = json.loads(ready.read_text())
        urls = simulator.tls_faults
        assert told["tlsFaults"] == [{"fault": fault, "url": url} for fault, url in urls]
        assert [fault for fault, _ in urls] == ["expired", "expired", "cut"]
        assert len({simulator.data_url, *(url for _, url in urls)}) == 4
        given = {"data_url": simulator.data_url, "control_url": "http://c", "authority": True}
        text = immediate(banner(simulator.tenants, Settings(), tls_faults=urls, **given))
    for fault, url in urls:
        assert f"  tls fault      {url}   ({fault}: {MEANINGS[fault]})" in text.splitlines()


def test_without_the_option_there_is_none() -> None:
    with running(tls="auto") as simulator:
        assert not simulator.tls_faults


@pytest.mark.parametrize(
    "given",
    [{"expired": 0, "cut": "9444"}, ["expired=0", "cut=9444"], ("expired=0", "cut=9444")],
    ids=["mapping", "list", "tuple"],
)
def test_the_plugin_takes_a_mapping_and_a_list(given: Any) -> None:
    options = serve_options.normalize({"tls_fault": given}, "here")
    assert serve_options.arguments(options) == ["--tls-fault=expired=0", "--tls-fault=cut=9444"]


def test_the_plugin_says_where_a_wrong_one_is() -> None:
    with pytest.raises(pytest.UsageError, match=r'here: tls_fault: .*did you mean "expired"'):
        serve_options.normalize({"tls_fault": {"expird": 0}}, "here")


def test_the_page_has_every_fault() -> None:
    page = (REPOSITORY / "docs" / "tls.md").read_text()
    rows = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert [row for row in rows if row in FAULTS] == list(FAULTS)
