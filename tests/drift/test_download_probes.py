"""Downloads at targets that refuse, are elsewhere, or misbehave: what else was learnt is kept."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from download_flips import KEYS
from drifting import ACCOUNT, SECRET, START, InProcess, asked, merged, refuted, verdicts
from oifde_simulator.drift.downloads import AccessKey, download_said, result_code
from oifde_simulator.drift.registry import PROBES
from oifde_simulator.drift.report.documents import report_json
from oifde_simulator.drift.run import Result
from oifde_simulator.model.http import Request
from oifde_simulator.vendor_client import Reply, TargetError, Unreachable

ROWS = {key for key, probe in PROBES.items() if probe.run.__module__.endswith((".downloads", ".recordings"))}
SIGNED = AccessKey("AK1", "sk1")
GOES_ON = """
sessions:
  records:
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1767225600000, endTime: 1767225690000}
    - {callSorId: "18000000001", calledNumber: "9", startTime: 1767225700000, endTime: null}
"""


def downloads(target: InProcess) -> list[Request]:
    return [request for request in target.asked if "downloadOiapRecord" in request.target]


def seen(result: Result, key: str) -> str:
    return next(finding.judgement.seen for finding in result.findings if finding.key == key)


def test_every_row_about_downloads_is_here() -> None:
    assert len(ROWS) == 11


async def test_without_an_access_key_one_download_is_asked_and_none_with_authorization() -> None:
    target = InProcess()
    result = await asked(target, account=AccessKey())
    assert {key for key in ROWS if verdicts(result)[key] != "not probed"} == {"unauthorized-body"}
    assert seen(result, "range").startswith("it needs an access key for downloads: --access-key")
    assert ["Authorization" in request.headers for request in downloads(target)] == [False]
    assert len(target.asked) == 59


async def test_a_signature_is_judged_where_a_lock_may_be_risked() -> None:
    target = InProcess(merged(KEYS))
    result = await asked(target, account=SIGNED, allow_lock=True)
    assert verdicts(result)["signature"] == "confirmed"
    assert refuted(result) == set()
    assert len(target.asked) <= 97


async def test_a_wrong_signature_is_sent_by_no_run_that_may_not_lock() -> None:
    target = InProcess(merged(KEYS))
    result = await asked(target, account=SIGNED)
    assert verdicts(result)["signature"] == "unclear"
    refusals = [json.loads(line) for line in map(_code, await _replies(target)) if line]
    assert "401" not in refusals


def _code(reply: Reply) -> str:
    return json.dumps(result_code(reply))


async def _replies(target: InProcess) -> list[Reply]:
    """Repeat the requests with the key of the account, and collect the answers."""
    own = [each for each in downloads(target) if "/AK1/" in each.headers.get("Authorization", "")]
    assert len(own) > 20
    return [
        await target.request(each.method, each.target, each.body, dict(each.headers))
        for each in own
        if not each.read_error and each.method == "POST"
    ]


@pytest.mark.parametrize("status", [401, 403])
async def test_an_authorization_that_is_refused_is_sent_once(status: int) -> None:
    def refusing(request: Request, reply: Reply) -> Reply:
        return replace(reply, status=status) if "Authorization" in request.headers else reply

    target = InProcess(turn=refusing)
    result = await asked(target, account=ACCOUNT)
    assert sum("Authorization" in request.headers for request in downloads(target)) == 1
    assert verdicts(result)["signature"] == "unclear"
    assert "it is not sent again" in seen(result, "range")
    assert refuted(result) == set()


async def test_a_given_header_is_sent_where_our_signature_is_refused() -> None:
    account = AccessKey("AK1", "wrong", header="auth-v2/acme/a/b/c")
    target = InProcess(turn=lambda request, reply: replace(reply, status=401)
        if "/AK1/" in request.headers.get("Authorization", "") else reply)  # fmt: skip
    result = await asked(target, account=account)
    assert refuted(result) == set()
    assert verdicts(result)["range"] == "confirmed"
    assert verdicts(result)["signature"] == "unclear"
    own = [request for request in downloads(target) if "/AK1/" in request.headers.get("Authorization", "")]
    assert len(own) == 1


async def test_a_given_header_alone_is_enough() -> None:
    result = await asked(InProcess(), account=AccessKey(header="auth-v2/acme/a/b/c"))
    assert verdicts(result)["download-codes"] == "confirmed"
    assert verdicts(result)["signature"] == "not probed"


async def test_a_target_without_downloads_points_to_their_host() -> None:
    def elsewhere(request: Request, reply: Reply) -> Reply:
        return Reply(404, (), b"<html>") if "downloadOiap" in request.target else reply

    target = InProcess(turn=elsewhere)
    result = await asked(target, account=ACCOUNT)
    assert {verdicts(result)[key] for key in ROWS} == {"not probed"}
    assert "--recordings-target" in seen(result, "unauthorized-body")
    assert len(downloads(target)) == 1


class Broken:
    """A host of recordings that never gives an answer."""

    def __init__(self, error: Exception | Reply) -> None:
        self.error = error
        self.asked = 0

    async def request(self, *_given: object) -> Reply:
        """Fail, or answer what is no recording."""
        self.asked += 1
        if isinstance(self.error, Reply):
            return self.error
        raise self.error


BROKEN = {
    "hangs": (Unreachable("https://r gives no whole answer within 30 s"), "unreachable"),
    "certificate": (Unreachable("https://r shows a certificate that is not trusted"), "unreachable"),
    "garbage": (Unreachable("https://r answers what is no HTTP (sk-of-acme)"), "unreachable"),
    "a gigabyte": (TargetError("https://r answers more than 32 MiB to one request"), "unclear"),
    "a gateway": (Reply(502, (), b"<html>"), "unclear"),
    "a redirect": (Reply(302, (("Location", "https://x"),), b""), "not probed"),
}


@pytest.mark.parametrize(("error", "verdict"), BROKEN.values(), ids=BROKEN)
async def test_a_host_of_recordings_that_misbehaves_costs_its_own_rows_only(
    error: Exception | Reply, verdict: str
) -> None:
    host = Broken(error)
    result = await asked(InProcess(), recordings=host, account=ACCOUNT)
    assert verdicts(result)["unauthorized-body"] == verdict
    assert refuted(result) - ROWS == set()
    assert result.counts["confirmed"] >= 40
    assert "sk-of-acme" not in report_json(result)
    assert host.asked <= 30


async def test_a_recording_of_a_gigabyte_is_asked_for_once_and_nothing_is_guessed_of_it() -> None:
    class Endless(InProcess):
        async def request(self, *given: object) -> Reply:  # type: ignore[override]
            reply = await super().request(*given)  # type: ignore[arg-type]
            if reply.body.startswith(b"RIFF"):
                raise TargetError("https://r answers more than 32 MiB to one request")
            return reply

    target = Endless()
    result = await asked(target, account=ACCOUNT)
    assert {verdicts(result)[key] for key in ("range", "recording-codec", "wrong-location")} == {"unclear"}
    assert refuted(result) == set()


async def test_a_call_that_goes_on_settles_when_its_recording_comes() -> None:
    result = await asked(InProcess(merged(GOES_ON)), account=ACCOUNT)
    assert verdicts(result)["unfinished-recording"] == "confirmed"


async def test_records_without_recordings_leave_what_needs_none() -> None:
    def bare(_request: Request, reply: Reply) -> Reply:
        return replace(reply, body=reply.body.replace(b"recordFileName", b"noFileName"))

    result = await asked(InProcess(turn=bare), account=ACCOUNT)
    assert verdicts(result)["download-codes"] == "confirmed"
    assert {verdicts(result)[key] for key in ("range", "recording-codec", "foreign-vdn")} == {"not probed"}


async def test_nothing_of_a_recording_or_of_its_account_is_shown() -> None:
    account = AccessKey("acme", "sk-of-acme", header="auth-v2/acme/a/b/my-own-signature")
    result = await asked(InProcess(merged("recordings: {late: 1h}")), account=account)
    text = report_json(result)
    private = ("sk-of-acme", "my-own-signature", str(START // 1000), SECRET, "/135/")
    assert [each for each in private if each in text] == []


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (Reply(200, (), b'{"resultCode": "18000000001"}'), "HTTP 200, resultCode (a string)"),
        (Reply(200, (), b'{"response": {"resultCode": "0300008"}}'), "HTTP 200, resultCode 0300008"),
        (Reply(200, (), b'{"response": 7}'), "HTTP 200, no resultCode"),
        (Reply(200, (), b"RIFF\0\0\0\0WAVE12"), "HTTP 200, 14 bytes"),
        (Reply(403, (), b'{"errorCode": "0"}'), "HTTP 403, errorCode (a string)"),
        (Reply(200, (), b"<html>"), "HTTP 200, a body that is no JSON object"),
    ],
)
def test_an_answer_is_told_without_what_it_says(reply: Reply, text: str) -> None:
    assert download_said(reply) == text
