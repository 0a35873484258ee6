"""The population as a whole, by the statistics that benchmarks/population_statistics.py prints."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from serving import REPOSITORY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="benchmarks read /proc")


@pytest.fixture(scope="module")
def statistics() -> Iterator[Any]:
    """Import the benchmark, and forget it afterwards."""
    before, paths = set(sys.modules), [*sys.path]
    sys.path.insert(0, str(REPOSITORY / "benchmarks"))
    yield importlib.import_module("population_statistics")
    sys.path[:] = paths
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.fixture(scope="module", params=["en_US", "zh_CN"])
def rows(request: pytest.FixtureRequest, statistics: Any) -> Mapping[str, float]:
    """Compute the numbers of 2,000 users of a locale."""
    found = statistics.Population(request.param, 2000).rows()
    return {name: float(text.removesuffix(" %")) for name, text in found}


BOUNDS = {
    "sessions of a user, mean": (3.6, 4.4),
    "median": (1, 3),
    "most": (30, 64),
    "users with none": (28, 40),
    "users with one to five": (36, 48),
    "most sessions of a user on one day": (2, 5),
    "outbound calls among all": (13, 16),
    "inbound and chats, 22:00 to 06:00 local": (3.5, 7),
    "inbound and chats, 09:00 to 20:00 local": (75, 85),
    "outbound, 22:00 to 06:00 local": (0, 0),
    "outbound, 09:00 to 20:00 local": (100, 100),
    "outbound, Sun": (0, 0),
    "outbound, Sat": (8, 13),
    "inbound and chats, Mon": (15, 19),
    "inbound and chats, Sun": (7, 10.5),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_customers_call_a_few_times_a_quarter_and_in_daytime(rows: Mapping[str, float], name: str) -> None:
    least, most = BOUNDS[name]
    assert least <= rows[name] <= most


@pytest.mark.slow(seconds=1)
def test_an_explicit_number_a_day_means_what_it_says(statistics: Any) -> None:
    found = dict(statistics.Population("zh_CN", 600, per_day=0.5).rows())
    assert float(found["sessions of a user, mean"]) == pytest.approx(45, rel=0.08)
    assert 30 <= float(found["median"]) <= 50
    assert found["outbound, 22:00 to 06:00 local"] == "0.0 %"


@pytest.mark.slow(seconds=1)
def test_many_have_few_and_a_few_have_many_whatever_the_mean(statistics: Any) -> None:
    found = dict(statistics.Population("en_US", 600, per_quarter=40).rows())
    assert float(found["sessions of a user, mean"]) == pytest.approx(40, rel=0.15)
    assert float(found["median"]) < 25
    assert int(found["most"]) > 200
