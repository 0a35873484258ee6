"""A token is fetched once, again when it is not good, and a busy service is asked a little later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from oifde_simulator.vendor_client import Reply, TargetError, TenantSession
from oifde_simulator.vendor_client.credentials import app_secret
from oifde_simulator.vendor_client.tokens import GETTOKEN


class Service:
    """A session that gives token after token, and answers queries from a list."""

    def __init__(self, *answers: tuple[int, Any]) -> None:
        self._answers = list(answers)
        self.target = type("Target", (), {"origin": "http://vendor"})
        self.queries: list[str] = []
        self.tokens = 0

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        if path == GETTOKEN and body["appSecret"] == "s3cret":
            self.tokens += 1
            return Reply(200, (), json.dumps({"errorCode": 0, "authToken": f"t{self.tokens}"}).encode())
        if path == GETTOKEN:
            return Reply(401, (), b'{"errorCode": 200800002}')
        self.queries.append(body["authToken"])
        status, answer = self._answers.pop(0)
        return Reply(status, (), json.dumps(answer).encode())


GOOD, EXPIRED, BUSY = (200, {"errorCode": 0}), (200, {"errorCode": 900001}), (503, "busy")


async def ask(service: Service, times: int = 1, secret: str = "s3cret") -> tuple[list[Reply], list[float]]:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    session = TenantSession(service, app_key="acme", secret=secret, sleep=sleep)  # type: ignore[arg-type]
    return [await session.post("/q", {}) for _ in range(times)], slept


@pytest.mark.parametrize(
    ("answers", "tokens", "succeeded"),
    [
        ([GOOD, GOOD], ["t1", "t1"], True),
        ([GOOD, EXPIRED, GOOD], ["t1", "t1", "t2"], True),
        ([GOOD, (200, {"errorCode": "900002"}), GOOD], ["t1", "t1", "t2"], True),
        ([GOOD, EXPIRED, EXPIRED], ["t1", "t1", "t2"], False),
    ],
    ids=["kept", "expired", "as text", "never good"],
)
async def test_a_token_is_renewed_once_for_a_request(
    answers: list[Any], tokens: list[str], succeeded: bool
) -> None:
    service = Service(*answers)
    replies, _ = await ask(service, times=2)
    assert (service.queries, replies[-1].succeeded) == (tokens, succeeded)


async def test_a_busy_service_is_asked_again_a_little_later() -> None:
    service = Service(BUSY, BUSY, GOOD)
    (reply,), slept = await ask(service)
    assert (reply.succeeded, slept) == (True, [1.0, 2.0])


async def test_a_service_that_stays_busy_is_left_alone() -> None:
    (reply,), slept = await ask(Service(*[BUSY] * 4))
    assert (reply.status, slept) == (503, [1.0, 2.0, 4.0])


async def test_an_error_of_the_vendors_is_not_repeated() -> None:
    service = Service((500, {"errorCode": 10000001}))
    (reply,), _ = await ask(service)
    assert (reply.status, len(service.queries)) == (500, 1)


async def test_no_token_is_one_line_without_the_secret() -> None:
    with pytest.raises(TargetError) as caught:
        await ask(Service(), secret="wr0ng")
    assert str(caught.value) == "http://vendor gives no token: HTTP status 401, code 200800002"


def test_the_secret_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("of-a-file\n")
    assert app_secret(path, {"OIFDE_APP_SECRET": "x"}) == "of-a-file"
    assert app_secret(None, {"OIFDE_APP_SECRET": " x "}) == "x"


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"", "expected the appSecret in"),
        (b"a\nb", "one line"),
        (b"\xff", "UTF-8"),
        (b"x" * 5000, "one line"),
    ],
    ids=["empty", "lines", "bytes", "long"],
)
def test_a_file_that_is_no_secret_is_named_and_not_shown(tmp_path: Path, octets: bytes, words: str) -> None:
    path = tmp_path / "secret"
    path.write_bytes(octets)
    with pytest.raises(ValueError, match=words) as caught:
        app_secret(path, {})
    assert str(path) in str(caught.value)


def test_without_a_secret_the_ways_to_give_one_are_told() -> None:
    with pytest.raises(ValueError, match="in OIFDE_APP_SECRET, or in a file that --secret-file names"):
        app_secret(None, {})
