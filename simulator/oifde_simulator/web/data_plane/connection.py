"""One connection of the vendor's port: who is at its other end, and what is answered at once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from aiohttp import web

from oifde_simulator.model.http import UNKNOWN_PEER, Peer, PortName
from oifde_simulator.web.aiohttp_versions import KNOWS_IDLE
from oifde_simulator.web.http_connection import HttpConnection
from oifde_simulator.web.peer import address_of
from oifde_simulator.web.request_parser import Message
from oifde_simulator.web.tls.handshake_log import log_silent_end
from oifde_simulator.web.tls.peer_certificate import certificate_of

if TYPE_CHECKING:
    from oifde_simulator.web.data_plane.immediate import Begun
    from oifde_simulator.web.data_plane.request_handler import DataPlaneHandler


class Connection(HttpConnection):
    """Connection of the vendor's port; bytes that are not HTTP are answered and recorded like requests."""

    __slots__ = ("_asked", "_ended_here", "_handler", "_peer", "begun", "generation", "port")

    def __init__(self, handler: DataPlaneHandler, server: web.Server, **options: Any) -> None:
        super().__init__(server, unread=handler.unread, **options)
        self._handler = handler
        self._ended_here = False
        self._peer = UNKNOWN_PEER
        self._asked = 0
        self.port: PortName = ""
        """Name of the port by which the client came."""
        self.generation = 0
        """Generation of the shared port by which it was accepted; 0 where no other process has the port."""
        self.begun: Begun | None = None
        """Decision about the next request of aiohttp's, which was begun at once; None where none was."""
        if self._requests is not None and handler.at_once is not None:
            self._requests.answer = self._answer_at_once

    def _answer_at_once(self, messages: Sequence[Message], size: int) -> Sequence[Message]:
        """Answer requests that came in one piece of `size` bytes; returns those that are left to aiohttp."""
        answers = self._handler.at_once
        transport = self.transport
        if answers is None or transport is None or self._handler.stopping or not self.is_open_and_idle():
            return messages
        if self._silence is not None:
            self.note_request()
        left = answers.answer_all(self, transport, messages, size)
        if not left:
            self.rest()
        return left

    def resume_reading(self, *args: Any, **kwargs: Any) -> None:
        """Read on, where reading was paused; aiohttp says so for each body, and would look for more requests.

        They would overtake those that are just being answered at once.
        """
        if not KNOWS_IDLE or self._reading_paused:
            super().resume_reading(*args, **kwargs)

    def take_begun(self) -> Begun | None:
        """Take the decision about the next request, if it was begun."""
        begun, self.begun = self.begun, None
        return begun

    def note_peer(self, transport: asyncio.BaseTransport, number: int) -> None:
        """Note who is at the other end of the connection, the server's `number`th."""
        certificate = certificate_of(transport) if self._handler.verifies_clients else None
        self._peer = Peer(address_of(transport), number, certificate=certificate)
        self.port = self._handler.port_of(transport)

    def next_peer(self) -> Peer:
        """Describe the sender of the next request, which is counted."""
        self._asked += 1
        address, number, _, certificate = self._peer
        return tuple.__new__(Peer, (address, number, self._asked, certificate))  # `Peer(...)` costs twice

    def refuse(self, reason: str) -> web.StreamResponse:
        """Answer and record bytes that are not HTTP."""
        return self._handler.refuse(reason, self.transport, self.next_peer())

    def close(self) -> None:
        """Close the connection after the answer under way."""
        self._ended_here = True
        super().close()

    def force_close(self) -> None:
        """Close the connection at once; a client that has ended it itself may not trust the certificate."""
        if self.ended and not self._ended_here:
            log_silent_end(self.transport)
        self._ended_here = True
        super().force_close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Take the end of the connection; a client that said nothing may not trust the certificate."""
        if not self._ended_here:
            log_silent_end(self.transport)
        super().connection_lost(exc)
        if (begun := self.take_begun()) is not None:
            begun.abandon()
