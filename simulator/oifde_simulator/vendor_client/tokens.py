"""Ask as a tenant: fetch a token, and fetch another when the service says that it has expired."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from oifde_simulator.oifde.operations import BY_NAME
from oifde_simulator.text import shown
from oifde_simulator.vendor_client.errors import TargetError
from oifde_simulator.vendor_client.pace import Sleep
from oifde_simulator.vendor_client.reply import Reply
from oifde_simulator.vendor_client.session import VendorSession

GETTOKEN = BY_NAME["gettoken"].path
TOKEN_EXPIRED = ("900001", "900002")  # C3, common error codes; which of the two an expired token gets is open
BUSY = (429, 500, 502, 503, 504)
"""Statuses of a service, or of a load balancer before it, that may be better a little later."""
WAITS = (1.0, 2.0, 4.0)
"""Seconds before a request that was answered with one of `BUSY` is sent again."""


class TenantSession:
    """Requests of one tenant, each with a token that is good."""

    def __init__(
        self, session: VendorSession, *, app_key: str, secret: str, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.issued: list[str] = []
        """Every token that was fetched, so that none is written anywhere."""
        self._session = session
        self._account = {"appKey": app_key, "appSecret": secret}
        self._sleep = sleep
        self._token: str | None = None

    async def post(self, path: str, fields: Mapping[str, Any]) -> Reply:
        """Post `fields` with a token, and again with a new one if that is not good. Raises TargetError."""
        reply = await self._with_token(path, fields)
        if str(reply.error_code) in TOKEN_EXPIRED:
            self._token = None
            reply = await self._with_token(path, fields)
        return reply

    async def _with_token(self, path: str, fields: Mapping[str, Any]) -> Reply:
        if self._token is None:
            self._token = await self._fetch()
            self.issued.append(self._token)
        return await self._patiently(path, {**fields, "authToken": self._token})

    async def _fetch(self) -> str:
        reply = await self._patiently(GETTOKEN, self._account)
        token = reply.fields.get("authToken")
        if not reply.succeeded or not isinstance(token, str) or not token:
            raise TargetError(f"{self._session.target.origin} gives no token: {refusal(reply)}")
        return token

    async def _patiently(self, path: str, body: Mapping[str, Any]) -> Reply:
        reply = await self._session.post(path, body)
        for seconds in WAITS:
            if reply.status not in BUSY or reply.error_code is not None:
                break
            await self._sleep(seconds)
            reply = await self._session.post(path, body)
        return reply


def refusal(reply: Reply) -> str:
    """Say what an answer that is no success is: its status, and its errorCode where it has one."""
    code = reply.fields.get("errorCode", reply.fields.get("resultCode"))
    if not isinstance(code, str | int):
        return f"HTTP status {reply.status} without an errorCode"
    return f"HTTP status {reply.status}, code {shown(code, 24)}"
