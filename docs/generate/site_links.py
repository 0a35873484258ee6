"""A hook of mkdocs: files that pages link to outside of docs/ become files of the site.

Rule: a link that works in the checkout works on the site. The source of a page is never changed for the site.
Each bundled scenario becomes a page, with its YAML to copy; the schema that it names is a file of the site.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files
from pymdownx.slugs import slugify

sys.path.insert(0, str(Path(__file__).parent))  # mkdocs loads a hook by its path alone

import gallery_page

ROOT = Path(__file__).parents[2]
OUTSIDE = re.compile(r"\]\(\.\./([^)#\s]+)")
"""The target of a link that leaves docs/."""
SCENARIO = re.compile(r"scenarios/([\w-]+)\.yaml")
CHANGES = "changelog.md"
SCHEMA = "schemas/scenario.schema.json"
"""Schema of scenarios, at the same place in the checkout and on the site."""
SHOWN = (".json", ".txt", ".xml")
"""Endings of files that browsers show; others get .txt, or they would be saved or taken for a page."""
FENCE = re.compile(r"^(```\w+) [\w -]+$", re.M)
"""A fence with a word for tests behind its language, such as ```yaml github."""
SCENARIO_PAGE = """\
# {name}

{sees}

- **Met by** {met_by}
- **A good client** {good_client}
- **Group**: [{group}](../gallery.md#{anchor})

```yaml
{source}```

Copy it into a file of your own, and edit it: [how to write a scenario](../scenarios.md). Its first line is
for editors. Leave it out, or save [the schema](../schemas/scenario.schema.json) beside your file and write
`$schema=scenario.schema.json`; `oifde-simulator new NAME` does both.
"""


def on_config(config: Any, **_: Any) -> Any:
    """Name headings as GitHub does, so that a link to one works on both."""
    config["mdx_configs"].setdefault("toc", {})["slugify"] = slugify(case="lower")
    return config


def on_files(files: Files, config: Any, **_: Any) -> Files:
    """Add CHANGELOG.md, the scenarios, and each file outside of docs/ that a page links to."""
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    files.append(File.generated(config, CHANGES, content=changes.replace("](docs/", "](")))
    for name, text in scenario_pages():
        files.append(File.generated(config, f"scenario/{name}.md", content=text))
    for target in sorted({each for page in Path(config["docs_dir"]).glob("*.md") for each in _outside(page)}):
        if not SCENARIO.fullmatch(target):
            files.append(_copy(target, config))
    if not files.get_file_from_path(SCHEMA):
        files.append(_copy(SCHEMA, config))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Point links that leave docs/ at the files of the site, and leave fences their language alone."""
    if page.file.generated_by:
        return markdown
    return FENCE.sub(r"\1", OUTSIDE.sub(lambda found: f"]({_on_site(found[1])}", markdown))


def scenario_pages() -> Iterator[tuple[str, str]]:
    """Write a page for each bundled scenario, with its name."""
    for group, names in {gallery_page.GOOD_DAYS: gallery_page.HONEST, **gallery_page.GROUPS}.items():
        for name in names:
            sees, met_by, good_client = gallery_page.linked(name, folder="../")
            source = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8")
            yield name, SCENARIO_PAGE.format(
                name=name, sees=sees, met_by=met_by, good_client=good_client, source=source,
                group=group, anchor=group.lower().replace(" ", "-"),
            )  # fmt: skip


def _copy(target: str, config: Any) -> File:
    return File.generated(config, _on_site(target), content=(ROOT / target).read_bytes())


def _outside(page: Path) -> list[str]:
    return OUTSIDE.findall(page.read_text(encoding="utf-8"))


def _on_site(target: str) -> str:
    """Name a file of the checkout on the site, as text where a browser would not show it."""
    if scenario := SCENARIO.fullmatch(target):
        return f"scenario/{scenario[1]}.md"
    if target == SCHEMA:
        return target
    name = target.removeprefix(".")  # mkdocs leaves hidden files out
    return f"files/{name}" if name.endswith(SHOWN) else f"files/{name}.txt"
