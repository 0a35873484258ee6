"""What a control plane tells, as the content of files, within a number of bytes.

Rule: only what its routes answer, which has no credentials.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from oifde_simulator.client.encode import query_string
from oifde_simulator.client.transport.blocking import Connection, Transport
from oifde_simulator.client.transport.endpoint import Endpoint
from oifde_simulator.client.transport.response import NotHttp, Response

PAGE = 1000
"""Exchanges that are fetched at once."""
MOST_OF_ARCHIVE = 10_000
"""Exchanges that an archive can have."""


class Source:
    """A server whose artifacts are fetched. Every method raises ControlError."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Connect to nothing yet."""
        self._transport = Transport(endpoint)

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def fetch(self, path: str) -> bytes:
        """Fetch a document."""
        return self._transport.request("GET", path).body

    def count(self, **wanted: Any) -> int:
        """Count the exchanges on record."""
        return int(self._document("/journal" + query_string({"limit": 1, **wanted}))["count"])

    def lines(self, most: int, **wanted: Any) -> list[bytes]:
        """Write the exchanges as lines of JSON, the oldest first: the newest that fit into `most` bytes."""
        found: list[bytes] = []
        for entry in self._newest_first(**wanted):
            line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
            most -= len(line) + 1
            if most < 0:
                break
            found.append(line + b"\n")
        return found[::-1]

    def archive(self, limit: int, **wanted: Any) -> Iterator[bytes]:
        """Fetch the newest `limit` exchanges as an HTTP archive, piece by piece."""
        return self._stream("/journal.har" + query_string({"limit": limit, **wanted}))

    def _newest_first(self, **wanted: Any) -> Iterator[Any]:
        url = "/journal" + query_string({"limit": PAGE, "order": "newest", **wanted})
        while url:
            page = self._document(url)
            yield from page["entries"]
            url = page["next"]

    def _document(self, path: str) -> Any:
        return self._transport.request("GET", path).json

    def _stream(self, path: str) -> Iterator[bytes]:
        connection, response = self._transport.open_stream(path, 0.0)
        try:
            yield from self._pieces(connection, response)
        finally:
            connection.close()

    def _pieces(self, connection: Connection, response: Response) -> Iterator[bytes]:
        yield response.take_body()
        while not response.done:
            try:
                connection.receive(response)
            except (OSError, NotHttp) as error:
                raise self._transport.endpoint.unreachable(error) from None
            yield response.take_body()
