"""Counters for Prometheus, made when they are asked for from what the server counts anyway."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from oifde_simulator.engine.metrics import BOUNDS, Meter
from oifde_simulator.web.control_plane.context import Plane, Room

LABELS = ("tenant", "endpoint", "status", "error_code", "rule", "fault")
BYTES = "Bytes of memory that the journal is charged with."


async def metrics(plane: Plane, request: web.Request, body: Any) -> web.Response:  # noqa: ARG001
    """All metrics, in the format that the Accept header asks for."""
    registry = CollectorRegistry()
    registry.register(Collector(plane))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return web.Response(body=encode(registry), headers={"Content-Type": content_type})


class Collector:
    """Metrics of one server, as of now."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def collect(self) -> Iterator[Metric]:
        """Each metric with its values."""
        plane = self._plane
        yield _requests(plane.meter)
        yield _decisions(plane.meter)
        yield GaugeMetricFamily("oifde_tenants", "Tenants that are served.", len(plane.tenants))
        yield _kept(plane)
        yield GaugeMetricFamily("oifde_journal_bytes", BYTES, plane.journal.charge)
        waiting = len(plane.journal.waiters)
        yield GaugeMetricFamily("oifde_journal_waiters", "Requests that wait for exchanges.", waiting)


def _requests(meter: Meter) -> Metric:
    family = CounterMetricFamily(
        "oifde_requests", "Requests on the vendor's port, by what was sent.", labels=LABELS
    )
    for tenant, kind, number in meter:
        code = "" if kind.error_code is None else str(kind.error_code)
        family.add_metric(
            [tenant, kind.endpoint, str(kind.status), code, kind.rule, "+".join(kind.faults)], number
        )
    return family


def _decisions(meter: Meter) -> Metric:
    names = (*map(str, BOUNDS), "+Inf")
    buckets = list(zip(names, accumulate(meter.durations), strict=True))
    about = "Seconds from a request that was read to its answer as a value."
    return HistogramMetricFamily("oifde_decision_seconds", about, buckets=buckets, sum_value=meter.seconds)


def _kept(plane: Plane) -> Metric:
    family = GaugeMetricFamily("oifde_journal_exchanges", "Exchanges on record.", labels=("tenant",))
    for tenant, number in plane.journal.sizes():
        family.add_metric([tenant], number)
    return family


OPERATIONS: Room = {"metrics": metrics}
