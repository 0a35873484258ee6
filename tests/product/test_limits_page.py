"""docs/limits.md tells the bounds that the code has: each number is that of a constant, or of an option."""

from __future__ import annotations

import re

import pytest

from oifde_simulator.artifacts import folder as artifacts
from oifde_simulator.config import Settings
from oifde_simulator.journal import head_capture, request_capture
from oifde_simulator.journal.redaction import credential_finder
from oifde_simulator.journal.subscriptions import index
from oifde_simulator.json_schema import backtracking, bounded
from oifde_simulator.log_writer import MOST_BYTES as WAITING_LINES
from oifde_simulator.model import counted_requests, entry, turn
from oifde_simulator.oifde import decoding, validation
from oifde_simulator.oifde.credentials import tokens
from oifde_simulator.population.recordings import alaw, timeline
from oifde_simulator.population.recordings import folder as recordings
from oifde_simulator.rules import copies
from oifde_simulator.rules.templates import filling
from oifde_simulator.scenario import checking
from oifde_simulator.scenario.files import answer_files, finding
from oifde_simulator.scenario.lint.answers import placeholders
from oifde_simulator.scenario.yaml import mistakes, syntax, tree
from oifde_simulator.state import rule_names, tenant_changes
from oifde_simulator.state.memory import counted_values
from oifde_simulator.tenants import factory
from oifde_simulator.web import body_receiver, descriptors, http_connection, turns
from oifde_simulator.web.control_plane import bodies, evaluations, openapi, server
from oifde_simulator.web.control_plane.routes.journal import events, wait
from oifde_simulator.web.data_plane import delivery
from oifde_simulator.web.speech import espeak, speaker
from oifde_simulator.wire import octets
from serving import REPOSITORY

PAGE = (REPOSITORY / "docs" / "limits.md").read_text().partition("\n## What do attacks do?")[0]
ROWS = {
    what: (bound, option) for what, bound, option in re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", PAGE, re.M)
}
"""Bound and option of each row."""
DEFAULTS = Settings()


def size(count: int) -> str:
    """Write bytes as the page does."""
    unit, name = next(
        each for each in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")) if count >= each[0]
    )
    assert count % unit == 0
    return f"{count // unit} {name}"


MOST_VALUES = max(
    value
    for path in (REPOSITORY / "schemas").glob("control-*.json")
    for value in map(int, re.findall(rf'"{openapi.MOST_VALUES}": (\d+)', path.read_text()))
)
BOUNDS = {
    "body of a request to the vendor's port": [size(DEFAULTS.max_body)],
    "body of a request to the control plane": [size(bodies.MAX_BODY)],
    "time of a body": [f"{DEFAULTS.body_timeout:.0f} s"],
    "a connection without": [f"{DEFAULTS.idle_timeout:.0f} s"],
    "a client that leaves": [f"{DEFAULTS.write_timeout:.0f} s", size(http_connection.HIGH_WATER)],
    "a request line, a header": [f"{DEFAULTS.max_header_bytes} bytes"],
    "headers of a request": [f"{DEFAULTS.max_headers}"],
    "connections that faults": [f"{DEFAULTS.max_waiting}"],
    "connections of the control plane": [f"{server.MAX_CONNECTIONS}"],
    "answers unread": [size(http_connection.UNREAD_BYTES)],
    "bodies that are not whole": [size(body_receiver.ARRIVING_BYTES)],
    f"large bodies, from {size(turns.LARGE)} on": [size(turns.WAITING_BYTES)],
    "values of a JSON body": [f"{openapi.FEWER_VALUES:,}", f"{MOST_VALUES:,}"],
    "what is cached": [
        f"bodies {size(decoding.BODIES_KEPT)}",
        f"read {size(validation.READINGS_KEPT)}",
        f"tokens {size(tokens.ISSUED_KEPT)}",
    ],
    "the journal of a tenant": [f"{DEFAULTS.journal_exchanges:,}", size(DEFAULTS.journal_tenant_bytes)],
    "the journal in all": [size(DEFAULTS.journal_bytes)],
    "what is kept of one": [
        f"{size(entry.KEPT)} of each body",
        f"{head_capture.MOST_HEADERS} headers of {head_capture.LONGEST_HEADER} characters",
        f"{head_capture.LONGEST_TARGET} characters of the target",
        f"{request_capture.MOST_FIELDS} fields of {request_capture.LONGEST_FIELD} characters",
    ],
    "credentials of a request": [f"{credential_finder.MOST_CREDENTIALS}"],
    "unknown fields": [f"{validation.MOST_TOLD}"],
    "what is counted for values": [size(counted_values.MOST_BYTES)],
    "exchanges in flight": ["connections"],
    "distinct values": [f"{turn.MOST_DISTINCT:,}"],
    "states of a tenant": [f"{turn.MOST_LASTING}"],
    "steps back": [f"{bounded.BACKTRACKS:,}", f"{backtracking.CHARACTER_STEPS:,}"],
    "searches, verdicts": [f"{evaluations.MOST} at once", f"{evaluations.PATIENCE:.0f} s"],
    "clients that wait": [
        f"{wait.MOST_WAITERS:,}",
        f"{wait.LONGEST_TIMEOUT:.0f} s",
        f"{index.MOST_GROUPS} filters",
    ],
    "clients that follow": [f"{events.MOST_FOLLOWERS}"],
    "requests a second": [
        f"{counted_requests.WINDOW // 60} minutes",
        f"{counted_requests.MOST_OF_TENANTS:,}",
    ],
    "tenants that are made": [f"{tenant_changes.MOST_MADE:,} tenants", f"{rule_names.MOST_ADDED:,} rules"],
    "scenarios that came along": [size(tenant_changes.MOST_BYTES)],
    "compiled rules": [size(factory.COMPILED_KEPT)],
    "an answer and the values": [size(copies.MOST_COPIED)],
    "an answer with placeholders": [
        size(filling.LARGEST),
        size(filling.LONGEST_HEADER),
        f"{placeholders.MOST:,} placeholders",
    ],
    "files that answers are": [size(answer_files.LARGEST_FILE), size(answer_files.LARGEST_ALL)],
    "a recording": [size(delivery.SLICE), size(octets.SLICE), size(octets.LARGEST_WHOLE)],
    "speech": [
        f"{speaker.AT_ONCE} processes",
        f"{espeak.DEADLINE:.0f} s for a text",
        f"{timeline.LONGEST_TEXT:,} characters",
        f"{timeline.LONGEST_SPEECH // alaw.RATE} s of a turn",
        size(speaker.CLIPS_KEPT),
    ],
    "files of `recordings.folder`": [
        f"{recordings.MOST_FILES:,}",
        size(recordings.LARGEST_FILE),
        f"{recordings.DEEPEST} folders",
    ],
    "files that `--artifacts`": [size(artifacts.MOST_OF_FILE), size(artifacts.MOST_OF_ALL)],
    "lines of a log": [size(WAITING_LINES)],
    "lines in the log": [f"{descriptors.INTERVAL:.0f} s"],
    "scenario files": [f"{finding.MOST_FILES:,}", f"{finding.MOST_ENTRIES:,}", f"{finding.DEEPEST} folders"],
    "a scenario file": [
        size(syntax.LARGEST_FILE),
        f"{tree.DEEPEST} levels",
        f"{tree.MOST_COPIES:,} values",
        size(tree.MOST_COPIED_BYTES),
    ],
    "mistakes of a scenario file": [
        f"{mistakes.MOST_MISTAKES} in single values",
        f"{checking.MOST_ERRORS} in all",
    ],
}
"""What the bound of a row has in it, by how the row begins."""


@pytest.mark.parametrize("what", BOUNDS)
def test_a_bound_of_the_page_is_that_of_the_code(what: str) -> None:
    (row,) = [each for each in ROWS if each.startswith(what)]
    bound, _ = ROWS[row]
    for part in BOUNDS[what]:
        assert re.search(rf"(?<![\d,.]){re.escape(part)}(?![\d,.]*\d)", bound), (
            f"{row}: expected {part}, found {bound}"
        )


def test_every_row_is_held() -> None:
    rows = ROWS.keys() - {"what"}
    assert [row for row in rows if not any(row.startswith(what) for what in BOUNDS)] == []


def test_no_file_of_the_sources_is_named() -> None:
    assert re.findall(r"`[\w/]+\.py`", PAGE) == []


def test_each_option_is_one_of_serve() -> None:
    named = re.findall(r"--([\w-]+)", " ".join(option for _, option in ROWS.values()))
    assert named
    assert [name for name in named if not hasattr(DEFAULTS, name.replace("-", "_"))] == []
