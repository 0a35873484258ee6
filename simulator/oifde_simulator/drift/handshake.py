"""TLS handshakes for their own sake: which version and which protocol a target speaks."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from oifde_simulator.drift.judgement import NotProbed
from oifde_simulator.vendor_client import Target


@dataclass(frozen=True)
class Handshake:
    """What was agreed on."""

    version: str
    """Such as TLSv1.3."""
    protocol: str | None
    """Protocol chosen by ALPN; None for none."""


class Handshakes(Protocol):
    """What makes handshakes: a target, or a table in a test."""

    async def newest(self) -> Handshake | None:
        """Offer all that this machine can; None where it fails."""
        ...

    async def oldest(self) -> Handshake | None:
        """Offer TLS 1.0 and 1.1 only; None where it is refused."""
        ...


class TargetHandshakes:
    """Handshakes with a target, each as slow as a request."""

    def __init__(self, target: Target, wait: Callable[[], Awaitable[None]]) -> None:
        """`wait` counts one more request and waits for its turn."""
        self._target = target
        self._wait = wait

    async def newest(self) -> Handshake | None:
        """Offer all that this machine can."""
        context = self._context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        return await self._shake(context)

    async def oldest(self) -> Handshake | None:
        """Offer TLS 1.0 and 1.1 only; their ciphers are below what is secure today."""
        context = self._context()
        with suppress(ssl.SSLError):  # a build of OpenSSL without security levels
            context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # old is what is asked for
            context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
        return await self._shake(context)

    def _context(self) -> ssl.SSLContext:
        parts = urlsplit(self._target.url)
        context = self._target.ssl_context()
        if context is None:
            raise NotProbed("the target is asked by plain http")
        if "https" in getproxies() and not proxy_bypass(parts.hostname or ""):
            raise NotProbed("a proxy is between this machine and the target")
        return context

    async def _shake(self, context: ssl.SSLContext) -> Handshake | None:
        await self._wait()
        parts = urlsplit(self._target.url)
        try:
            async with asyncio.timeout(self._target.timeout):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port or 443, ssl=context)
        except (OSError, ssl.SSLError, TimeoutError):
            return None
        agreed: ssl.SSLObject = writer.get_extra_info("ssl_object")
        writer.close()
        return Handshake(agreed.version() or "", agreed.selected_alpn_protocol())
