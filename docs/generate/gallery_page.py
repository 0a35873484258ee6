"""Write docs/gallery.md from the bundled scenarios: `python docs/generate/gallery_page.py --write`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from oifde_simulator import resources
from oifde_simulator.scenario import loader
from oifde_simulator.scenario.gallery_guide import Paragraphs
from oifde_simulator.scenario.symptoms import GOOD_DAYS, GROUPS, HONEST

PAGE = Path(__file__).parents[1] / "gallery.md"
HEAD = """\
# The gallery

<!-- Written by docs/generate/gallery_page.py from the files in scenarios/. -->

{count} failing scenarios come with the simulator, and {honest} in which nothing fails. Each has one failure,
but for the last two, which have many. A client meets a scenario by its tenantId: with tenant `outage` (for
gettoken, `appKey`) it meets an outage.

- The secret is `secret`, the fixed token `0dbe11892be840cf983453ea70b505de`.
- User `18000000001` has exactly 40 sessions, so that you can count what a client shows. Where page 2 or a
  later one fails it has 250: three pages of 100, the default pageSize. Every other number has a history:
  [other populations](scenarios.md#another-population).
- Not every request meets every failure: see "met by". A job that reads 20 users over 7 days in pages of 5
  meets each of them, once it downloads some recordings too.
- A page of a tenant that ends in `-once` is good when it is read again; that of its namesake is not.
- Each answer that a rule has spoiled says so in the header `X-Simulator-Rule`.
- Counts begin when the server starts.
- The files are short and made to be copied: [how to write one](scenarios.md).

| if a client cannot change | then start |
|---|---|
| its tenantId | `oifde-simulator serve --tenant ITS-ID=outage` |
| its tenantId, but its userMobile | `oifde-simulator serve --tenant ITS-ID=magic` |
| its secret or token | add `--any-credentials`: every secret and every token that is not empty is taken |
"""


def paragraphs(name: str) -> Paragraphs:
    """Read the paragraphs of a scenario's description."""
    return Paragraphs.of(loader.load(resources.scenarios() / f"{name}.yaml").description)


def linked(name: str, folder: str = "") -> Iterator[str]:
    """Read the paragraphs of a scenario's description, with links to the pages that they name in `folder`."""
    for text in paragraphs(name):
        yield re.sub(r"docs/([\w-]+)\.md", rf"[\1]({folder}\1.md)", text)


def page() -> str:
    """Write the page."""
    return "\n".join([HEAD.format(count=sum(map(len, GROUPS.values())), honest=len(HONEST)), *_tables()])


def _tables() -> Iterator[str]:
    for group, names in {GOOD_DAYS: HONEST, **GROUPS}.items():
        yield f"## {group}\n\n| tenantId | what happens | met by | a good client |\n|---|---|---|---|"
        for name in names:
            yield f"| [`{name}`](../scenarios/{name}.yaml) | {' | '.join(linked(name))} |"
        yield ""


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page())
    else:
        sys.exit("usage: gallery_page.py --write")
