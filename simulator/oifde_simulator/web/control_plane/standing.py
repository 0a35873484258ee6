"""How a server stands to its state's store and to the other replicas, as /readyz tells it."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import Protocol

from oifde_simulator.state.health import StoreHealth
from oifde_simulator.web.control_plane.problems import Problem

GONE = "the store of the state does not answer: {}; requests that need it get 503 meanwhile; /livez is 200"
DIFFERS = "{}; give all replicas the same files and settings, or this one another --state-prefix"


class Replica(Protocol):
    """This server among several."""

    @property
    def differences(self) -> str:
        """What it serves otherwise than the others; empty where all serve the same."""
        ...

    @property
    def store(self) -> str:
        """Name of the store, which changes when it forgets all; empty before the start."""
        ...


class Standing:
    """Standing of one server."""

    def __init__(self, health: StoreHealth | None = None, replica: Replica | None = None) -> None:
        """`replica` is None for a server whose state is in its process."""
        self._health = health or StoreHealth()
        self._replica = replica
        self._start = secrets.token_hex(6)

    @property
    def instance(self) -> str:
        """Id of this start of the server, or of its store: numbers of entries begin anew with each."""
        return (self._replica and self._replica.store) or self._start

    @property
    def unanswered(self) -> int | None:
        """Number of requests that got 503 since the store gave no answer; None without a store."""
        return self._health.unanswered if self._replica else None

    def check(self) -> None:
        """Raise Problem where the server is not ready because of its store or of other replicas."""
        if self._health.reason:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "store-gone", GONE.format(self._health.reason))
        if self._replica and self._replica.differences:
            detail = DIFFERS.format(self._replica.differences)
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "replica-differs", detail)
