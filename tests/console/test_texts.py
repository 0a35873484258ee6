"""Texts of the console: each that a module asks for is there, in English and in Chinese."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest

PAGE = Path(str(files("oifde_simulator"))) / "web" / "console" / "page"
TEXT = re.compile(r'^\s*"?([\w.-]+)"?: "((?:[^"\\]|\\.)*)",?$', re.MULTILINE)
ASKED = re.compile(r"""\bt\(\s*(?:"([\w.]+)"|`([\w.]+)\.\$\{)""")
EITHER = re.compile(r"\bt\([^()]*\? \"([\w.]+)\" : \"([\w.]+)\"")


def texts(language: str) -> dict[str, str]:
    """Read all texts of a language."""
    files = sorted((PAGE / "texts" / language).glob("*.js"))
    return {_key(file.stem, key): text for file in files for key, text in TEXT.findall(file.read_text())}


def _key(group: str, key: str) -> str:
    return key if key.startswith(f"{group}.") else f"{group}.{key}"


def modules() -> list[Path]:
    """List the modules that ask for texts."""
    return [file for file in PAGE.rglob("*.js") if not {"lib", "texts"} & set(file.relative_to(PAGE).parts)]


def test_each_text_is_there_in_both_languages_with_the_same_values() -> None:
    english, chinese = texts("en"), texts("zh-CN")

    assert english.keys() == chinese.keys()
    for key, text in english.items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese[key])), key


@pytest.mark.parametrize("module", modules(), ids=lambda file: file.relative_to(PAGE).as_posix())
def test_a_module_asks_for_texts_that_are_there(module: Path) -> None:
    known = texts("en")
    code = module.read_text()
    asked = {key for pair in (*ASKED.findall(code),) for key in pair[:1] if key}
    beginnings = {pair[1] for pair in ASKED.findall(code) if pair[1]}

    assert asked | {key for pair in EITHER.findall(code) for key in pair} <= known.keys()
    for beginning in beginnings:
        assert any(key.startswith(beginning + ".") for key in known), beginning


def test_no_text_is_left_that_nothing_asks_for() -> None:
    code = "\n".join(module.read_text() for module in modules())

    unused = [key for key in texts("en") if key not in code and f"{key.rpartition('.')[0]}.${{" not in code]
    assert unused == []
