"""Metrics for Prometheus, made from counts that the server keeps anyway."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

from oifde_simulator.engine.counting.metrics import BOUNDS, Meter
from oifde_simulator.web.control_plane.context import Call, ControlContext, RouteTable
from oifde_simulator.web.control_plane.services.journal import JournalSize
from oifde_simulator.web.control_plane.workers import READY, WorkerGroup

LABELS = ("tenant", "endpoint", "status", "error_code", "rule", "fault")


class Figures(NamedTuple):
    """Figures of all replicas at one moment."""

    meter: Meter
    tenants: int
    """Number of tenants that are served."""
    journal: JournalSize
    waiters: int
    """Number of requests that wait for exchanges."""
    tls_faults: Mapping[str, int]
    """Connections that met a fault of TLS, by its name."""
    workers: WorkerGroup | None
    """Processes that share the ports; None for this one alone."""
    unanswered: int | None
    """Requests that got 503 since the state's store gave no answer; None without a store."""


async def metrics(call: Call) -> web.Response:
    """Send all metrics in the format that the Accept header asks for."""
    registry = CollectorRegistry()
    registry.register(Collector(await _figures(call.context)))
    ProcessCollector(registry=registry)
    encode, content_type = choose_encoder(call.request.headers.get("Accept", ""))
    return web.Response(body=encode(registry), headers={"Content-Type": content_type})


async def _figures(context: ControlContext) -> Figures:
    counted = await context.metrics.read()
    return Figures(
        counted.meter,
        await context.tenants.count(),
        await context.journal.size(),
        counted.waiters,
        counted.tls_faults,
        context.workers,
        counted.unanswered,
    )


class Collector:
    """Collector of the Prometheus client: makes metrics of figures."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Yield each metric with its values."""
        meter, tenants, journal, waiters, tls_faults, workers, unanswered = self._figures
        yield _requests(meter)
        yield _fired(meter)
        yield _decisions(meter)
        yield _gauge("oifde_tenants", "Tenants that are served.", tenants)
        yield _exchanges(journal.exchanges)
        yield _gauge(
            "oifde_journal_bytes", "Bytes of memory that the journal is charged with.", journal.bytes
        )
        yield _gauge("oifde_journal_waiters", "Requests that wait for exchanges.", waiters)
        yield _tls_faults(tls_faults)
        if workers is not None:
            yield _workers(workers)
            yield CounterMetricFamily(
                "oifde_worker_restarts", "Workers that died and were started again.", workers.restarts
            )
        if unanswered is not None:
            yield _unanswered(unanswered)


def _gauge(name: str, documentation: str, value: float) -> Metric:
    return GaugeMetricFamily(name, documentation, value)


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


def _fired(meter: Meter) -> Metric:
    family = CounterMetricFamily(
        "oifde_rules_fired", "Times that each rule has fired.", labels=("tenant", "rule")
    )
    for tenant, rule, number in meter.fired():
        family.add_metric([tenant, rule], number)
    return family


def _decisions(meter: Meter) -> Metric:
    names = (*map(str, BOUNDS), "+Inf")
    buckets = list(zip(names, accumulate(meter.durations), strict=True))
    documentation = "Seconds from a request that was read to its answer as a value."
    return HistogramMetricFamily(
        "oifde_decision_seconds", documentation, buckets=buckets, sum_value=meter.seconds
    )


def _exchanges(by_tenant: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily("oifde_journal_exchanges", "Exchanges on record.", labels=("tenant",))
    for tenant, number in by_tenant.items():
        family.add_metric([tenant], number)
    return family


def _tls_faults(counts: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(
        "oifde_tls_faults", "Connections that met TLS that is broken on purpose.", labels=("fault",)
    )
    for fault, number in counts.items():
        family.add_metric([fault], number)
    return family


def _workers(group: WorkerGroup) -> Metric:
    family = GaugeMetricFamily("oifde_workers", "Processes behind the ports.", labels=("state",))
    for state in dict.fromkeys([READY, *(worker["state"] for worker in group.workers)]):
        family.add_metric([state], group.count(state))
    return family


def _unanswered(number: int) -> Metric:
    documentation = "Requests that got 503 and are not on record, since the state's store gave no answer."
    return CounterMetricFamily("oifde_store_unanswered", documentation, number)


ROUTES: RouteTable = {"metrics": metrics}
