"""No text can drive a terminal, and a reader may leave."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oifde_simulator.cli import main
from oifde_simulator.cli.terminal import PrintableStream, printable_text

ESCAPES = "\x1b[31m\x07\x9b\x7f\u202e"
HOSTILE = 'description: "x \\e[31m\\a y."\nrules: [{name: good, respond: {status: 503}}]\n'
COMMAND = (sys.executable, "-m", "oifde_simulator")


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_printed_can_be_printed(text: str) -> None:
    written = io.StringIO()
    PrintableStream(written).write(text)
    assert all(each.isprintable() or each in "\n\t" for each in written.getvalue()[1:])
    assert printable_text(written.getvalue()) == written.getvalue()


def test_text_and_a_progress_bar_stay_as_they_are() -> None:
    for text in ("é\t1\n2\n", "\r[####] 3 of 4", "", "秘"):
        assert printable_text(text) == text
    assert printable_text("a\rb") == "a\\rb"


def commands(folder: Path) -> list[Sequence[str]]:
    path = folder / "hostile.yaml"
    path.write_text(HOSTILE)
    wrong = folder / f"wrong{ESCAPES[:5]}.yaml"
    wrong.write_text('rules: [{"\\e[1m": 1, name: "a\\e[31m"}]')
    return [
        ("check", str(path), str(wrong), f"nowhere{ESCAPES}"),
        ("scenarios", "--no-bundled", "--scenarios", str(path)),
        ("scenarios", "--scenarios", f"nowhere{ESCAPES}"),
        ("sessions", f"nobody{ESCAPES}", "--scenarios", str(path)),
        ("explain", f"nowhere{ESCAPES}", "--scenarios", str(path)),
        ("new", f"{folder}/{ESCAPES}/x.yaml"),
        ("serve", f"--frobnicate={ESCAPES}"),
        ("serve", "--host", ESCAPES, "--port", ESCAPES),
        ("readyz", f"--url={ESCAPES}"),
        (f"frobnicate{ESCAPES}",),
        (f"--frobnicate{ESCAPES}",),
    ]


def test_no_command_prints_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in commands(tmp_path):
        try:
            main(arguments)
        except SystemExit as ended:
            assert ended.code == 2
        printed = "".join(capsys.readouterr())
        assert printed, arguments
        assert not [each for each in printed if not each.isprintable() and each not in "\n\t"], arguments


class Gone(io.StringIO):
    """A stream whose reader has gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError

    flush = write  # type: ignore[assignment]


def test_a_stream_whose_reader_has_gone_takes_more() -> None:
    stream = PrintableStream(Gone())
    assert stream.write("abc") == 3
    stream.writelines(["a", "b"])


@pytest.mark.parametrize(
    "arguments",
    [("scenarios",), ("check", "scenarios"), ("sessions", "tenant001"), ("--help",), ("serve", "--help")],
    ids=lambda arguments: " ".join(arguments),
)
def test_a_pipe_without_a_reader_ends_no_command_in_a_traceback(
    arguments: Sequence[str], tmp_path: Path
) -> None:
    arguments = [
        str(tmp_path) if each == "scenarios" and "check" in arguments else each for each in arguments
    ]
    (tmp_path / "good.yaml").write_text("description: good\n")
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run((*COMMAND, *arguments), stdout=writing, stderr=subprocess.PIPE, timeout=60)
    os.close(writing)
    assert (ended.stderr, ended.returncode) == (b"", 0)


@pytest.mark.slow(seconds=1)
def test_a_server_goes_on_whose_output_nobody_reads(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    reading, writing = os.pipe()
    os.close(reading)
    options = (
        "--port",
        "0",
        "--control-port",
        "0",
        "--tls",
        "off",
        "--ready-file",
        str(ready),
        "--until-eof",
    )
    served = subprocess.Popen(
        (*COMMAND, "serve", *options), stdin=subprocess.PIPE, stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert main(("readyz", "--wait", "--ready-file", str(ready))) == 0
    assert main(("readyz", "--ready-file", str(ready))) == 0
    _, complaints = served.communicate(timeout=60)
    assert (complaints, served.returncode) == (b"", 0)
