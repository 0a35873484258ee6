"""A hook of mkdocs: files that pages link to outside of docs/ become files of the site.

Rule: a link that works in the checkout works on the site. The source of a page is never changed for the site.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(r"\]\(\.\./([^)#\s]+)")
"""The target of a link that leaves docs/."""
CHANGES = "changelog.md"
FENCE = re.compile(r"^(```\w+) [\w ]+$", re.M)
"""A fence with a word for our tests behind its language, such as ```yaml github."""


def on_files(files: Files, config: Any, **_: Any) -> Files:
    """Add CHANGELOG.md as a page, and each file outside of docs/ that a page links to."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    files.append(File.generated(config, CHANGES, content=changes.replace("](docs/", "](")))
    for target in sorted({each for page in Path(config["docs_dir"]).glob("*.md") for each in _outside(page)}):
        files.append(File.generated(config, _on_site(target), content=(ROOT / target).read_bytes()))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Point links that leave docs/ at the files of the site, and leave fences their language alone."""
    return FENCE.sub(r"\1", OUTSIDE.sub(lambda found: f"]({_on_site(found[1])}", markdown))


def _outside(page: Path) -> list[str]:
    return OUTSIDE.findall(page.read_text(encoding="utf-8"))


def _on_site(target: str) -> str:
    """Name a file of the checkout on the site, as text where it would be taken for a page."""
    return f"files/{target}.txt" if target.endswith(".md") else f"files/{target}"
