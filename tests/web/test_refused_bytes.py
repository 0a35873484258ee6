"""Answers to bytes that are not HTTP: decided when they are sent, and only then."""

from __future__ import annotations

import gc
import warnings
from unittest.mock import create_autospec

from aiohttp import web

from engines import Engine
from oifde_simulator.web.data_plane.held_connections import HeldConnections
from oifde_simulator.web.data_plane.request_handler import DataPlaneHandler
from oifde_simulator.web.data_plane.request_reader import Limits


def handler(engine: Engine) -> DataPlaneHandler:
    """Make the handler of a data plane."""
    return DataPlaneHandler(engine.pipeline, Limits(1024, 1.0), HeldConnections(1), write_seconds=1.0)


def test_an_answer_that_is_never_sent_leaves_nothing_that_waits_to_be_awaited() -> None:
    engine = Engine({})
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        handler(engine).refuse("bad")
        gc.collect(0)  # also of what earlier tests have left, such as a loop of pytest-asyncio
    assert [str(each.message) for each in warned if each.category is RuntimeWarning] == []
    assert engine.entries() == []


async def test_an_answer_is_decided_and_recorded_once_when_it_is_sent() -> None:
    engine = Engine({})
    delivery = handler(engine).refuse("bad")
    for _ in range(2):
        await delivery.prepare(create_autospec(web.BaseRequest))
    assert [entry.notes for entry in engine.entries()] == [("not HTTP, refused: bad",)]
