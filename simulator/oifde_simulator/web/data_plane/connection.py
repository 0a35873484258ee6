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
from oifde_simulator.web.tls.handshakes.log import log_silent_end
from oifde_simulator.web.tls.handshakes.peer_certificate import certificate_of

if TYPE_CHECKING:
    from oifde_simulator.web.data_plane.immediate import Begun
    from oifde_simulator.web.data_plane.request_handler import DataPlaneHandler


class Connection(HttpConnection):
    """Connection of the vendor's port; bytes that are not HTTP are answered and recorded like requests."""

    __slots__ = ("_asked", "_ended_here", "_handler", "_peer", "begun", "generation", "port", "repeatable")

    def __init__(self, handler: DataPlaneHandler, server: web.Server, **options: Any) -> None:
        super().__init__(server, unread=handler.unread, **options)
        self._handler = handler
        self._ended_here = False
        self._peer = UNKNOWN_PEER
        self._asked = 0
        self.port: PortName = ""
        """Name of the port by which the client came."""
        self.repeatable = False
        """Whether it may be answered as others were: it came by the vendor's port, without a certificate."""
        self.generation = 0
        """Generation of the shared port by which it was accepted; 0 where no other process has the port."""
        self.begun: Begun | None = None
        """Decision about the next request of aiohttp's, which was begun at once; None where none was."""
        if self._requests is not None and handler.at_once is not None:
            self._requests.answer = self._answer_at_once

    def data_received(self, data: bytes) -> None:
        """Read bytes; a request that is known by its bytes is answered without being parsed."""
        if not self._answer_known(data):
            super().data_received(data)

    def _answer_known(self, data: bytes) -> bool:
        """Answer a whole request of which something is known; False where it is not answered."""
        answers, requests = self._handler.at_once, self._requests
        if answers is None or requests is None or not requests.between:
            return False
        known = answers.find(data)
        if known is None or (transport := self._ready_transport()) is None:
            return False
        if is_answered := answers.answer_known(self, transport, data, known):
            self.rest()
        return is_answered

    def _answer_at_once(self, messages: Sequence[Message], data: bytes) -> Sequence[Message]:
        """Answer requests that came in one piece of data; returns those that are left to aiohttp."""
        answers, requests = self._handler.at_once, self._requests
        if answers is None or requests is None or self.begun is not None:
            return messages
        if (transport := self._ready_transport()) is None:
            return messages
        whole = requests.between and len(messages) == 1 and type(data) is bytes
        whole = requests.between and len(messages) == 1 and type(data) is bytes
        left = answers.answer_all(self, transport, messages, data, whole=whole)
        if not left:
            self.rest()
        return left

    def _ready_transport(self) -> asyncio.Transport | None:
        """Find the transport where the next request can be answered at once; else None."""
        if self.transport is None or self._handler.stopping or not self.is_open_and_idle():
            return None
        if self._silence is not None:
            self.note_request()
        return self.transport

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
        self.repeatable = not self.port and certificate is None

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
