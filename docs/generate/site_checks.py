"""Check the links of a built site: `python docs/generate/site_checks.py FOLDER`.

Rule: every link within the site finds its file and its anchor, and no page loads anything from another host.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

LOADED = {"img": "src", "script": "src", "link": "href"}
"""Attributes by tag that make a browser fetch something."""
NOT_FOUND = "404.html"
"""Page that is served at any address, so its links are from the root."""


@dataclass
class Links(HTMLParser):
    """Anchors and links of one page."""

    ids: set[str] = field(default_factory=set)
    targets: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names and points to."""
        values = {name: value for name, value in attrs if value}
        self.ids.update(values[name] for name in ("id", "name") if name in values)
        if tag == "a" and "href" in values:
            self.targets.append(values["href"])
        if tag in LOADED and LOADED[tag] in values and values.get("rel") != "canonical":
            self.loaded.append(values[LOADED[tag]])


def problems(site: Path) -> Iterator[str]:
    """Name each link that leads nowhere, and each thing that is loaded from another host."""
    pages = {path.relative_to(site).as_posix(): read(path) for path in sorted(site.rglob("*.html"))}
    for name, page in pages.items():
        if name != NOT_FOUND:
            yield from (f"{name}: {each}: is another host's" for each in page.loaded if urlsplit(each).netloc)
            for target in [*page.targets, *page.loaded]:
                if not (
                    urlsplit(target).scheme or urlsplit(target).netloc or leads(site, pages, name, target)
                ):
                    yield f"{name}: {target}: leads nowhere"


def read(path: Path) -> Links:
    """Read the links of a page."""
    links = Links()
    links.feed(path.read_text(encoding="utf-8"))
    return links


def leads(site: Path, pages: Mapping[str, Links], name: str, target: str) -> bool:
    """Check that a link of a page finds its file and its anchor."""
    parts = urlsplit(urljoin(f"https://site/{name}", target))
    found = site / unquote(parts.path).lstrip("/")
    if found.is_dir():
        found /= "index.html"
    page = pages.get(found.relative_to(site).as_posix())
    return found.is_file() and (page is None or not parts.fragment or unquote(parts.fragment) in page.ids)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: site_checks.py FOLDER")
    sys.exit("\n".join(problems(Path(sys.argv[1]))) or 0)
