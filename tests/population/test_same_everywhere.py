"""The same sessions in every process, in every order, and from release to release."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

import query_answers
from oifde_simulator.model.sessions import Criteria
from oifde_simulator.population import generator
from oifde_simulator.population.vocabulary import faker_version

HERE = Path(__file__).parent
DIGESTS = HERE / "digests.json"
NOW = 1_767_225_600_000
SESSIONS = 10_000


@pytest.mark.slow
def test_two_processes_give_the_same_bytes_to_a_thousand_queries_in_another_order() -> None:
    environments = [os.environ | {"PYTHONHASHSEED": seed} for seed in ("1", "2")]
    orders = [("0", "1"), ("313", "7")]
    printed = [
        subprocess.run(
            [sys.executable, str(HERE.parent / "support" / "query_answers.py"), *order],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for order, environment in zip(orders, environments, strict=True)
    ]
    assert printed[0] == printed[1]
    assert len(printed[0]) == 65
    totals = {
        json.loads(answer.partition(b"\r\n\r\n")[2])["total"] for answer in query_answers.answers(0, 1)[:50]
    }
    assert len(totals) > 5


def sessions_digest() -> str:
    """Compute the digest of 10,000 sessions, half of them American, half Chinese."""
    digest, made = hashlib.sha256(), 0
    for locale in ("en_US", "zh_CN"):
        history = generator.history(
            seed="0", world="digest", tenant="digest", locale=locale, days=90, per_day=0.5
        )
        made, user = 0, 0
        while made < SESSIONS // 2:
            for session in history.select(Criteria(user=f"{18_000_000_000 + user}"), NOW)[
                : SESSIONS // 2 - made
            ]:
                digest.update(orjson.dumps(session.record))
                made += 1
            user += 1
    return digest.hexdigest()


@pytest.mark.slow
def test_ten_thousand_sessions_have_the_digest_that_this_version_is_known_for() -> None:
    known = json.loads(DIGESTS.read_text())
    version = f"generator {generator.VERSION}, Faker {faker_version()}"
    if version not in known:
        pytest.skip(f"no digest is known for {version}; the other laws hold. To add it: python {__file__}")
    assert sessions_digest() == known[version]


if __name__ == "__main__":
    known = json.loads(DIGESTS.read_text()) if DIGESTS.exists() else {}
    known[f"generator {generator.VERSION}, Faker {faker_version()}"] = sessions_digest()
    DIGESTS.write_text(json.dumps(known, indent=2) + "\n")
