"""Write docs/gallery.md from the bundled scenarios: `python docs/generate/gallery_page.py --write`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from oifde_simulator import resources
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.model import MET

PAGE = Path(__file__).parents[1] / "gallery.md"
HONEST = ("good-day", "tenant001", "paging", "recording-names")
"""Bundled scenarios in which nothing fails."""
CLIENT = "A good client "
"""Beginning of the third paragraph of a description."""

GROUPS: Mapping[str, Sequence[str]] = {
    "Down and up": (
        "outage", "outage-window", "fail-twice", "flaky", "rate-limited", "rate-limited-strictly",
        "error-in-200", "gateway-page", "gateway-json", "forbidden", "firewall-page", "later-pages-fail",
        "later-pages-fail-once",
    ),
    "Tokens": (
        "token-expires-mid-paging", "token-revoked", "token-expired-on-arrival", "token-lifetime-lies",
        "single-token", "token-uses", "account-locks", "gettoken-down", "gettoken-rate-limited",
        "token-empty", "token-malformed", "token-of-another-tenant",
    ),
    "Slow": (
        "slow", "slow-body", "jittery", "slower-and-slower", "dribble", "thin-line", "hang", "hang-mid-body",
    ),
    "The wire": (
        "empty-response", "reset", "reset-mid-body", "cut-body", "garbage", "length-too-long",
        "length-too-short", "no-content-length", "malformed-chunk", "slow-close", "closes-quietly",
        "big-headers", "early-hints",
    ),
    "The text": (
        "truncated-json", "trailing-garbage", "bom", "invalid-utf8", "wrong-content-type", "wrong-charset",
        "broken-gzip",
    ),
    "Pages": (
        "first-page-repeats", "first-page-repeats-once", "record-repeats", "page-shifts", "page-shifts-once",
        "record-missing", "record-missing-once", "empty-page", "empty-page-once", "total-off",
        "total-off-once", "total-changes", "unsorted", "late-records",
    ),
    "Fields": (
        "field-missing", "field-null", "field-renamed", "field-retyped", "field-extra", "new-enum-value",
        "null-list", "broken-inner-json", "huge-field", "empty-strings", "null-texts", "reply-before-request",
        "error-code-missing",
    ),
    "Recordings": (
        "recording-late", "recording-limit", "recording-foreign", "recording-error-as-audio",
        "recording-error-long", "recording-cut", "recording-short", "recording-thin-line",
        "recording-gateway-page", "recording-silent", "recording-of-another-call",
    ),
    "Many at once": ("magic", "chaos"),
}  # fmt: skip

HEAD = """\
# The gallery

<!-- Written by docs/generate/gallery_page.py from the files in scenarios/. -->

{count} failing scenarios come with the simulator, and {honest} in which nothing fails. Each has one failure,
but for the last two, which have many. A client meets a scenario by its tenantId: with tenant `outage` (for
gettoken, `appKey`) it meets an outage.

- The secret is `secret`, the fixed token `0dbe11892be840cf983453ea70b505de`.
- User `18000000001` has exactly 40 sessions, so that you can count what a client shows. Every other number
  has a history: [other populations](scenarios.md#another-population).
- Not every request meets every failure: see "met by". A job that reads 20 users over 7 days in pages of 5
  meets each of them, once it downloads some recordings too.
- What ends in `-once` is well when it is read again, and its namesake is not.
- Each answer that a rule has spoiled says so in the header `X-Simulator-Rule`.
- Counts begin when the server starts.
- The files are short and made to be copied: [how to write one](scenarios.md).

| if a client cannot change | then start |
|---|---|
| its tenantId | `oifde-simulator serve --tenant ITS-ID=outage` |
| its tenantId, but its userMobile | `oifde-simulator serve --tenant ITS-ID=magic` |
| its secret or token | add `--any-credentials`: every secret and every token that is not empty is taken |
"""


class Paragraphs(NamedTuple):
    """The paragraphs of a description, without the words that the last two begin with."""

    happens: str
    """The failure."""
    met: str
    """The request that meets it."""
    client: str
    """The behaviour of a good client."""


def paragraphs(name: str) -> Paragraphs:
    """Read the paragraphs of a scenario's description."""
    description = loader.load(resources.scenarios() / f"{name}.yaml").description
    happens, _, rest = description.partition("\n" + MET)
    met, _, client = rest.partition("\n" + CLIENT)
    return Paragraphs(happens, met, client)


def page() -> str:
    """Write the page."""
    return "\n".join([HEAD.format(count=sum(map(len, GROUPS.values())), honest=len(HONEST)), *_tables()])


def _tables() -> Iterator[str]:
    for group, names in {"Good days": HONEST, **GROUPS}.items():
        yield f"## {group}\n\n| tenantId | what happens | met by | a good client |\n|---|---|---|---|"
        for name in names:
            yield f"| [`{name}`](../scenarios/{name}.yaml) | {' | '.join(paragraphs(name))} |"
        yield ""


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page())
    else:
        sys.exit("usage: gallery_page.py --write")
