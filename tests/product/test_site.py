"""The site has every page, and its checks find a link that leads nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

import site_checks
import wrap
from serving import REPOSITORY

SETTINGS: dict[str, Any] = yaml.safe_load((REPOSITORY / "mkdocs.yml").read_text())
CHANGES = "changelog.md"
"""Page that is made of CHANGELOG.md."""


def test_every_page_is_in_the_navigation_once() -> None:
    listed = [page for section in SETTINGS["nav"] for pages in section.values() for page in pages]
    assert sorted(listed) == sorted([CHANGES, *(path.name for path in (REPOSITORY / "docs").glob("*.md"))])


def test_it_is_built_strictly_and_loads_no_font_of_another_host() -> None:
    assert SETTINGS["theme"]["font"] is False
    assert {"anchors", "links", "nav"} <= SETTINGS["validation"].keys()


def test_the_page_of_a_scenario_has_its_text_and_its_yaml() -> None:
    pytest.importorskip("mkdocs")
    import site_links

    pages = dict(site_links.scenario_pages())
    assert pages.keys() == {path.stem for path in (REPOSITORY / "scenarios").glob("*.yaml")}
    assert (REPOSITORY / "scenarios" / "outage.yaml").read_text() in pages["outage"]


def test_the_page_of_a_scenario_links_to_pages_and_to_the_schema_of_its_first_line() -> None:
    pytest.importorskip("mkdocs")
    import site_links

    pages = dict(site_links.scenario_pages())
    assert "[tenants](../tenants.md) lists the numbers" in pages["magic"]
    assert not [name for name, text in pages.items() if "docs/" in text.partition("```")[0]]
    assert all(f"(../{site_links.SCHEMA})" in text for text in pages.values())
    assert (REPOSITORY / site_links.SCHEMA).exists()


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ("deploy/compose/compose.yaml", "files/deploy/compose/compose.yaml.txt"),
        ("Dockerfile", "files/Dockerfile.txt"),
        (".pre-commit-hooks.yaml", "files/pre-commit-hooks.yaml.txt"),
        ("scenarios/outage.yaml", "scenario/outage.md"),
        ("schemas/scenario.schema.json", "schemas/scenario.schema.json"),
    ],
)
def test_a_file_of_the_checkout_is_where_a_browser_shows_it(target: str, place: str) -> None:
    pytest.importorskip("mkdocs")
    import site_links

    assert site_links._on_site(target) == place


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="other/">', "leads nowhere"),
        ('<a href="#here">', "leads nowhere"),
        ('<img src="picture.png">', "leads nowhere"),
        ('<script src="https://example.invalid/x.js">', "another host"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(body: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(body)
    (found,) = site_checks.problems(tmp_path)
    assert problem in found


def test_good_links_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "index.html").write_text('<h1 id="here"></h1><a href="..">')
    (tmp_path / "index.html").write_text(
        '<a href="other/#here"><a href="https://example.invalid"><a href=".">'
    )
    assert not list(site_checks.problems(tmp_path))


# Wrapping


def test_a_long_paragraph_is_wrapped_without_breaking_code_or_links() -> None:
    code, link = "`code of several words`", "[a link of words](page.md)"
    page = f"# Heading\n\n{f'word {code} {link} ' * 5}\n\n| {'cell ' * 40}|\n"
    lines = wrap.wrap(page).splitlines()
    assert all(len(line) <= wrap.LONGEST for line in lines[:-1])
    assert sum(line.count(code) for line in lines) == sum(line.count(link) for line in lines) == 5
    assert lines[-1] == page.splitlines()[-1]


def test_an_item_keeps_its_indent_and_a_paragraph_that_fits_stays() -> None:
    page = f"- {'word ' * 40}\n- short\n  item\n"
    first, second, *rest = wrap.wrap(page).split("\n")
    assert (first[:2], second[:6]) == ("- ", "  word")
    assert rest == ["- short", "  item", ""]


def test_a_word_that_would_begin_a_list_is_not_first_in_a_line() -> None:
    page = f"{'word ' * 23}word - more words {'word ' * 10}"
    assert not any(line.startswith("- ") for line in wrap.wrap(page).splitlines())
