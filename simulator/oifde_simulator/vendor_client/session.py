"""Send requests to a target, each within its deadline and its bytes."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import aiohttp
import orjson
from yarl import URL

from oifde_simulator.vendor_client.errors import TargetError, Unreachable, unreachable
from oifde_simulator.vendor_client.pace import Pace
from oifde_simulator.vendor_client.reply import Reply
from oifde_simulator.vendor_client.target import Target

MOST_BYTES = 32 << 20
"""Bytes of the largest answer that is read whole."""
LARGE_BODY = 1 << 20
"""Bytes of a body beyond which aiohttp wants a stream."""
JSON_UTF8 = "application/json; charset=UTF-8"


class VendorSession:
    """Connections to one target; an asynchronous context."""

    def __init__(self, target: Target, pace: Pace) -> None:
        self.target = target
        self.pace = pace
        self._tls = target.ssl_context()
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # A kept connection may end just when the next request is sent; requests are few and far between.
            connector=aiohttp.TCPConnector(force_close=True),
            timeout=aiohttp.ClientTimeout(total=self.target.timeout),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=True,
            trust_env=True,  # HTTPS_PROXY and NO_PROXY
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(
        self, path: str, body: Mapping[str, Any] | bytes, headers: Mapping[str, str | None] | None = None
    ) -> Reply:
        """Post JSON, or bytes as they are. Raises TargetError."""
        return await self.request("POST", path, body, headers)

    async def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        """Send one request and read its answer, a redirect as it is. Raises TargetError.

        A header of None is not sent, such as the Content-Type that every request has otherwise.
        """
        async with self.streamed(method, path, body, headers) as (response, pieces):
            whole = bytearray()
            async for piece in pieces:
                whole += piece
                if len(whole) > MOST_BYTES:
                    raise TargetError(
                        f"{self.target.origin} answers more than {MOST_BYTES >> 20} MiB to one request"
                    )
            return Reply(response.status, tuple(response.headers.items()), bytes(whole))

    @asynccontextmanager
    async def streamed(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | bytes | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> AsyncIterator[tuple[aiohttp.ClientResponse, AsyncIterator[bytes]]]:
        """Send one request; its answer's head, and its body as it comes. Raises TargetError."""
        assert self._session is not None, "enter the session first"
        await self.pace.wait()
        data = orjson.dumps(body) if isinstance(body, Mapping) else body
        wanted = {"Content-Type": JSON_UTF8, **(headers or {})}
        sent = {name: value for name, value in wanted.items() if value is not None}
        try:
            async with self._session.request(
                method,
                URL(self.target.url.rstrip("/") + path, encoded=True),  # escapes and slashes stay as written
                data=io.BytesIO(data) if data and len(data) > LARGE_BODY else data,
                headers=sent,
                skip_auto_headers=wanted.keys() - sent.keys(),
                ssl=self._tls or True,
                allow_redirects=False,
            ) as response:
                yield response, response.content.iter_any()
        except TargetError:
            raise
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise self._unreachable(error) from None

    def _unreachable(self, error: BaseException) -> Unreachable:
        return unreachable(self.target.origin, error, self.target.timeout)
