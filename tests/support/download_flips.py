"""Guesses about the download of recordings, turned round in a second simulator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from drifting import ACCOUNT, Turn
from flips import Flip, member, rule
from oifde_simulator.drift.downloads import NOBODYS_KEY, AccessKey
from oifde_simulator.model.http import Request
from oifde_simulator.vendor_client import Reply

DOWNLOAD = "endpoint: downloadOiapRecord"
KEYS = "tenant: {access_keys: {AK1: sk1}}"
NO_DATA = b'{"resultCode": "0300012", "resultDesc": "", "resultData": ""}'


def on(wanted: Callable[[Request], bool], change: Callable[[Reply], Reply]) -> Turn:
    """Change answers to some downloads."""
    return lambda request, reply: (
        change(reply) if "downloadOiap" in request.target and wanted(request) else reply
    )


def authorized_by(text: str) -> Callable[[Request], bool]:
    """Tell requests by a part of their `Authorization`."""
    return lambda request: text in request.headers.get("Authorization", "")


def saying(status: int, body: bytes | None = None) -> Callable[[Reply], Reply]:
    return lambda reply: replace(reply, status=status, body=reply.body if body is None else body)


def pcm(reply: Reply) -> Reply:
    """Say that the sound is 16-bit PCM."""
    if reply.body[:4] != b"RIFF":
        return reply
    return replace(reply, body=reply.body[:20] + b"\x01\x00" + reply.body[22:])


def without_locations(request: Request, reply: Reply) -> Reply:
    """Find a file whatever its locationId."""
    return replace(reply, body=b"RIFF\0\0\0\0WAVE") if "locationId=1" in request.target else reply


def other_signing(request: Request, reply: Reply) -> Reply:
    """Refuse what is signed as guessed, and take what the account's own tools have sent."""
    given = request.headers.get("Authorization", "")
    ours = "downloadOiap" in request.target and given.startswith("auth-v2/acme/2026-")
    return Reply(401, (), b'{"resultCode": "401"}') if ours and not given.endswith("/tools") else reply


TOOLS = AccessKey("acme", "sk", header="auth-v2/acme/2026-01-01T00:00:00Z/host/tools")

FLIPS_WITH_A_KEY: dict[str, Flip] = {
    "no Authorization is needed": Flip(
        {"unauthorized-body"}, turn=on(lambda request: "Authorization" not in request.headers,
                                       saying(200, NO_DATA)),
    ),
    "401 without resultData": Flip(
        {"unauthorized-body"}, turn=on(lambda request: "Authorization" not in request.headers,
                                       lambda reply: member(reply, resultData=...)),
    ),
    "any key is good": Flip(
        {"any-authorization"}, turn=on(authorized_by(NOBODYS_KEY), saying(200, NO_DATA)),
        facts={"recordings_tenant": ""},
    ),
    "times are judged": Flip({"any-authorization"}, turn=on(authorized_by("/2000-"), saying(401))),
    "another signature": Flip({"signature"}, turn=other_signing, given={"account": TOOLS}),
    "fields at the top": Flip(
        {"nested-body"},
        turn=on(lambda request: request.body.startswith(b'{"version"'), saying(200, NO_DATA)),
    ),
    "PCM": Flip({"recording-codec"}, turn=on(lambda _: True, pcm)),
    "another code": Flip(
        {"download-codes"},
        rule(f"{{{DOWNLOAD}, request: {{fileName: ''}}}}", "respond: {error: recording-parameter-null}"),
    ),
    "a status beside the code": Flip(
        {"download-codes"},
        turn=on(lambda request: b'"1.0"' in request.body, saying(400)),
    ),
    "what is not JSON gets 400": Flip(
        {"download-not-json"}, turn=on(lambda request: request.body == b"drift probe", saying(400)),
    ),
    "another code for another account": Flip(
        {"foreign-vdn"},
        rule(f"{{{DOWNLOAD}, request: {{fileName: {{type: string, pattern: '/99999999/'}}}}}}",
             "respond: {error: recording-file-missing}"),
    ),
    "recordings that come late": Flip({"unfinished-recording"}, "recordings: {late: 1h}"),
    "any locationId": Flip({"wrong-location"}, turn=without_locations),
    "parts": Flip({"range"}, turn=on(lambda request: "Range" in request.headers,
                                     lambda reply: replace(reply, status=206, body=reply.body[:100]))),
    "two channels": Flip(set(), "recordings: {channels: 2}"),
    "keys of a scenario": Flip(set(), KEYS, given={"account": AccessKey("AK1", "sk1")}),
}  # fmt: skip
DOWNLOAD_FLIPS = {
    name: replace(flip, given={"account": ACCOUNT} | flip.given) for name, flip in FLIPS_WITH_A_KEY.items()
}
