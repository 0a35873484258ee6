"""The vendor's port, which can be closed and opened for every client while the server runs.

A closed port refuses connections as a port does on which nobody listens, and keeps its number. Downloads of
recordings may have a second number, on which nothing else is answered, and each fault of TLS one of its own:
all are closed and opened together.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from functools import partial
from ssl import SSLContext
from typing import TYPE_CHECKING, Any

from oifde_simulator.tls_faults import FaultPort
from oifde_simulator.urls import url
from oifde_simulator.web.data_plane.server import DataPlane
from oifde_simulator.web.data_plane.sockets.listener import Listener

if TYPE_CHECKING:
    from oifde_simulator.web.data_plane.sockets.shared_listener import SharedListener
    from oifde_simulator.web.data_plane.sockets.shared_sockets import SharedSockets
    from oifde_simulator.web.tls.context import FaultSource
    from oifde_simulator.web.tls.faults.handshakes import Places
    from oifde_simulator.web.tls.switch import TlsSwitch

OPTION, RECORDINGS_OPTION, FAULT_OPTION = "--port", "--recordings-port", "--tls-fault"
"""Options that choose the numbers, for messages."""

log = logging.getLogger("oifde_simulator")


class Port:
    """Open and close the port of the data plane, and that of recordings with it."""

    def __init__(
        self,
        plane: DataPlane,
        host: str,
        number: int,
        ssl: SSLContext | None,
        *,
        handshake_seconds: float,
        recordings: int | None = None,
        faults: FaultSource | None = None,
        fault_ports: Sequence[FaultPort] = (),
        shared: SharedSockets | None = None,
    ) -> None:
        """Prepare a port that does not listen yet; `number` may be 0, for any that is free.

        `recordings` is the number for downloads of recordings alone; None for none. `faults` goes with `ssl`:
        its contexts with a fault; `fault_ports` are the numbers of ports that have one. `shared` are the
        sockets of all numbers where other processes have them too. Raises TlsError.
        """
        self._plane = plane
        self._host = host
        self._scheme = "https" if ssl else "http"
        self.tls = None if ssl is None else _tls_switch(ssl, faults, plane.held, handshake_seconds)
        """Choice of the TLS that new connections meet; None where the port speaks plain HTTP."""
        listener: Callable[..., Listener | SharedListener] = partial(
            partial(Listener, plane, host)
            if shared is None
            else partial(_shared_listener, plane, shared, self._take_notice),
            handshake_seconds=handshake_seconds,
        )
        self._main = listener(number, self.tls, option=OPTION)
        self._recordings = (
            None
            if recordings is None
            else listener(recordings, self.tls, option=RECORDINGS_OPTION, name="recordings")
        )
        self._faults = [
            (fault, listener(own, self.tls.broken(fault), option=f"{FAULT_OPTION} {fault}="))
            for fault, own in fault_ports
            if self.tls
        ]
        self._timer: asyncio.TimerHandle | None = None
        self._is_shared = shared is not None
        self._switch = shared.switch if shared is not None else None
        self._opens_at = 0.0
        """Time of the event loop at which the timer opens the port."""
        self._reopening: asyncio.Task[None] | None = None
        self._lock = asyncio.Lock()
        self._has_started = self._starts_closed = False
        self._closed_by: int | None = None
        """Number of the announcement that closed the port."""

    async def start(self) -> None:
        """Bind the numbers, and listen unless the port was closed before. Raises OSError."""
        await self._plane.setup()
        for listener in self._listeners:
            await listener.start()
        self._has_started = True
        if self._starts_closed:
            await self._cease(self._closed_by)

    async def open(self, number: int | None = None) -> None:
        """Listen, if the port is closed. Raises OSError where another program took a number.

        `number` is that of the announcement by which all processes that share the port do so.
        """
        async with self._lock:
            self._cancel_timer()
            self._starts_closed = False
            if self._has_started and (not self.is_open or self._is_shared):
                await self._listen(number)

    async def close(self, seconds: float | None = None, number: int | None = None) -> None:
        """Refuse connections for `seconds` (None: until `open`); existing ones end with their answers.

        `number` is that of the announcement. One that comes late ends connections, and leaves a shared port
        open that was opened by a later one.
        """
        async with self._lock:
            self._cancel_timer()
            self._starts_closed, self._closed_by = not self._has_started, number
            if self.is_open or (self._is_shared and self._has_started):
                await self._cease(number)
            if seconds is not None and not self._is_open_for_all:
                loop = asyncio.get_running_loop()
                self._opens_at = loop.time() + seconds
                self._timer = loop.call_later(seconds, self._reopen, number)

    async def drain(self) -> None:
        """Leave new connections to other processes, and wait until those of this one are answered."""
        self._cancel_timer()
        for listener in self._listeners:
            await listener.pause()
        await self._plane.drain()

    def begin_to_stop(self) -> None:
        """Have each answer from now on be the last one of its connection."""
        self._plane.begin_to_stop()

    async def cleanup(self) -> None:
        """Stop for good, after the requests in flight are answered."""
        self._has_started = False
        self._cancel_timer()
        if self._reopening:
            self._reopening.cancel()
            await asyncio.wait([self._reopening])
        for listener in self._listeners:
            listener.let_go()
        self._end_hanging()
        await self._plane.cleanup()

    @property
    def is_to_be_open(self) -> bool:
        """Check that nobody wants the port closed."""
        return not self._starts_closed

    @property
    def is_open(self) -> bool:
        """Check that the port listens, on all its numbers."""
        return all(listener.is_listening for listener in self._listeners)

    @property
    def ttl(self) -> float | None:
        """Seconds until the port opens by itself; None where it does not."""
        if self._timer is None:
            return None
        # Not from the timer: for less than half a millisecond, uvloop gives one that does not know its time.
        return max(0.0, round(self._opens_at - asyncio.get_running_loop().time(), 3))

    @property
    def url(self) -> str:
        """URL of the port, open or closed."""
        return self._url(self._main)

    @property
    def own_recordings_url(self) -> str | None:
        """URL of the port that recordings have for themselves, open or closed; None without one."""
        return self._url(self._recordings) if self._recordings else None

    @property
    def recordings_url(self) -> str:
        """URL at which recordings are downloaded: that of their own port, or else of the only one."""
        return self.own_recordings_url or self.url

    @property
    def fault_urls(self) -> Sequence[tuple[str, str]]:
        """Faults of TLS that have a port for themselves, each with its URL, open or closed."""
        return [(fault, self._url(listener)) for fault, listener in self._faults]

    @property
    def _listeners(self) -> Sequence[Listener | SharedListener]:
        others = [listener for _, listener in self._faults]
        return [self._main, *([self._recordings] if self._recordings else []), *others]

    def _url(self, listener: Listener | SharedListener) -> str:
        return url(self._scheme, self._host, listener.number)

    async def _listen(self, number: int | None) -> None:
        try:
            for listener in self._listeners:
                if not listener.is_listening or self._is_shared:
                    await listener.listen(number)
        except BaseException:
            await self._cease()
            raise

    async def _cease(self, number: int | None = None) -> None:
        for listener in self._listeners:
            await listener.cease(number)
        self._take_notice()

    @property
    def _is_open_for_all(self) -> bool:
        """Check that the port is shared, and was opened by the last of all decisions."""
        return self._switch is not None and self._switch.is_open

    def _take_notice(self) -> None:
        """Take connections or close them, as the port is by now; another process may have decided that."""
        if self._switch is not None and self._switch.is_open:
            self._plane.accept_connections()
            self._plane.close_connections_of(self._switch.closed)  # if it was closed between two looks
        elif not self._plane.is_refusing:
            self._end_hanging()
            self._plane.close_connections()

    def _end_hanging(self) -> None:
        if self.tls is not None:
            self.tls.end_hanging()

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _reopen(self, number: int | None = None) -> None:
        self._timer = None
        self._reopening = asyncio.create_task(self._open_or_warn(number))

    async def _open_or_warn(self, number: int | None) -> None:
        try:
            await self.open(number)
        except OSError as error:
            log.warning("the listener stays closed: %s", error)


def _tls_switch(
    ssl: SSLContext, faults: FaultSource | None, places: Places, handshake_seconds: float
) -> TlsSwitch | None:
    # Not needed with TLS off.
    from oifde_simulator.web.tls.handshakes.half_close import keep_half_open
    from oifde_simulator.web.tls.switch import TlsSwitch

    keep_half_open(ssl)
    return TlsSwitch.of(ssl, faults, places, handshake_seconds)


def _shared_listener(*arguments: Any, **options: Any) -> SharedListener:
    # Not needed by one process.
    from oifde_simulator.web.data_plane.sockets.shared_listener import SharedListener

    return SharedListener(*arguments, **options)
