"""Counters for Prometheus, made when they are asked for from what the server counts anyway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

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
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable

LABELS = ("tenant", "endpoint", "status", "error_code", "rule", "fault")
BYTES = "Bytes of memory that the journal is charged with."


async def metrics(call: Call) -> web.Response:
    """All metrics, in the format that the Accept header asks for."""
    registry = CollectorRegistry()
    registry.register(Collector(await _figures(call.context)))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(call.request.headers.get("Accept", ""))
    return web.Response(body=encode(registry), headers={"Content-Type": content_type})


class Figures(NamedTuple):
    """Figures of one server at one moment."""

    meter: Meter
    tenants: int
    exchanges: Sequence[tuple[str, int]]
    """Tenants and how many exchanges of each are on record."""
    journal_bytes: int
    waiters: int


async def _figures(context: ControlContext) -> Figures:
    """Ask the state for its figures."""
    return Figures(
        context.meter,
        len(await context.tenants.ids()),
        await context.journal.sizes(),
        await context.journal.charge(),
        len(context.journal.waiters),
    )


class Collector:
    """Metrics of one server at one moment."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its values."""
        figures = self._figures
        yield _requests(figures.meter)
        yield _decisions(figures.meter)
        yield GaugeMetricFamily("oifde_tenants", "Tenants that are served.", figures.tenants)
        yield _kept(figures.exchanges)
        yield GaugeMetricFamily("oifde_journal_bytes", BYTES, figures.journal_bytes)
        waiting = "Requests that wait for exchanges."
        yield GaugeMetricFamily("oifde_journal_waiters", waiting, figures.waiters)


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


def _kept(exchanges: Sequence[tuple[str, int]]) -> Metric:
    family = GaugeMetricFamily("oifde_journal_exchanges", "Exchanges on record.", labels=("tenant",))
    for tenant, number in exchanges:
        family.add_metric([tenant], number)
    return family


OPERATIONS: RouteTable = {"metrics": metrics}
