"""Write docs/gallery.md from the bundled scenarios: `python docs/generate/gallery_page.py --write`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from oifde_simulator import resources
from oifde_simulator.scenario import loader

PAGE = Path(__file__).parents[1] / "gallery.md"
HONEST = ("tenant001", "paging")
"""Bundled scenarios in which nothing fails."""
CLIENT = "A good client "
"""Beginning of the second paragraph of a description."""

GROUPS: Mapping[str, Sequence[str]] = {
    "Down and up": (
        "outage", "outage-window", "fail-twice", "flaky", "rate-limited", "rate-limited-strictly",
        "error-in-200", "gateway-page", "later-pages-fail",
    ),
    "Tokens": (
        "token-expires-mid-paging", "token-revoked", "token-expired-on-arrival", "token-lifetime-lies",
        "single-token", "token-uses", "account-locks", "gettoken-down", "token-empty", "token-malformed",
        "token-of-another-tenant",
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
        "first-page-repeats", "record-repeats", "page-shifts", "record-missing", "empty-page", "total-off",
        "total-changes", "unsorted", "late-records",
    ),
    "Fields": (
        "field-missing", "field-null", "field-renamed", "field-retyped", "field-extra", "new-enum-value",
        "null-list", "broken-inner-json", "huge-field", "empty-strings",
    ),
    "Many at once": ("magic", "chaos"),
}  # fmt: skip

HEAD = """\
# The gallery

<!-- Written by docs/generate/gallery_page.py from the files in scenarios/. -->

{count} scenarios come with the simulator. Each has one failure, but for the last two, which have many. A
client meets a scenario by its tenantId: with tenant `outage` (for gettoken, `appKey`) it meets an outage.

- The secret is `secret`, the fixed token `0dbe11892be840cf983453ea70b505de`.
- User `18000000001` has exactly 40 sessions, so that you can count what a client shows.
- Each answer that a rule has spoiled says so in the header `X-Simulator-Rule`.
- Counts begin when the server starts.
- The files are short and made to be copied: [how to write one](scenarios.md).

| if a client cannot change | then start |
|---|---|
| its tenantId | `oifde-simulator serve --tenant ITS-ID=outage` |
| its tenantId, but its userMobile | `oifde-simulator serve --tenant ITS-ID=magic` |
| its secret or token | add `--any-credentials`: every secret and every token that is not empty is taken |
"""


def paragraphs(name: str) -> tuple[str, str]:
    """Read the two paragraphs of a description: the failure, and the behaviour of a good client."""
    happens, _, client = loader.load(resources.scenarios() / f"{name}.yaml").description.partition(
        "\n" + CLIENT
    )
    return happens, client


def page() -> str:
    """Write the page."""
    return "\n".join([HEAD.format(count=sum(map(len, GROUPS.values()))), *_tables()])


def _tables() -> Iterator[str]:
    for group, names in GROUPS.items():
        yield f"## {group}\n\n| tenantId | what happens | a good client |\n|---|---|---|"
        for name in names:
            yield f"| [`{name}`](../scenarios/{name}.yaml) | {' | '.join(paragraphs(name))} |"
        yield ""


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page())
    else:
        sys.exit("usage: gallery_page.py --write")
