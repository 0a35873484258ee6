"""Every block of every page: what can be read is read, and a block of another kind says of which.

The tests of a page run its blocks. These rules hold for all pages, also for those without such tests.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from help_text import options
from oifde_simulator.scenario import loader
from serving import REPOSITORY, run

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
FENCE = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```$", re.M | re.S)
COMMANDS = set(re.findall(r"^    ([a-z]+)\b", run("--help").stdout, re.M))
OF_OTHERS = {
    *(
        "console",
        "csharp",
        "dockerfile",
        "go",
        "groovy",
        "ini",
        "java",
        "js",
        "nginx",
        "php",
        "ruby",
        "text",
        "toml",
    ),
    "xml",
}
"""Languages of output, and of what other programs read: shown as it is."""

OF_THEIR_PAGE = {"extending.md": "duplicate-body", "scaling.md": "services:", "scenarios.md": "file: "}
"""Words of blocks that need more than themselves: a fault or a file of their page, or a compose file."""


@dataclass(frozen=True)
class Block:
    """A block of a page, with the words behind its fence."""

    page: str
    line: int
    language: str
    marks: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks() -> list[Block]:
    """Find the blocks of all pages."""
    found = []
    for page in PAGES:
        text = page.read_text()
        for fence in FENCE.finditer(text):
            language, *marks = fence[2].split() or [""]
            line = text.count("\n", 0, fence.start()) + 1
            found.append(Block(page.name, line, language, tuple(marks), fence[3]))
    return found


BLOCKS = blocks()


def of(*languages: str) -> list[Block]:
    """Find the blocks in some languages that no mark makes another program's."""
    return [block for block in BLOCKS if block.language in languages and not block.marks]


def test_each_block_says_what_it_is() -> None:
    read_here = {"python", "json", "yaml", "sh"}
    assert [str(block) for block in BLOCKS if block.language not in read_here | OF_OTHERS] == []


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_is_python(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", of("json"), ids=str)
def test_json_is_json(block: Block) -> None:
    text = block.text.strip()
    decoder = json.JSONDecoder()
    while text:
        _, end = decoder.raw_decode(text)
        text = text[end:].strip()


def alone(block: Block) -> bool:
    """Check that a block needs nothing beside it."""
    return OF_THEIR_PAGE.get(block.page, block.text + "?") not in block.text


@pytest.mark.parametrize("block", list(filter(alone, of("yaml"))), ids=str)
def test_yaml_is_a_scenario_without_a_mistake(block: Block) -> None:
    loader.loads(block.text.encode(), "page.yaml", "page")


@pytest.mark.parametrize("block", of("sh"), ids=str)
def test_a_shell_reads_what_is_for_a_shell(block: Block, tmp_path: Path) -> None:
    if not shutil.which("sh"):
        pytest.skip("there is no sh on this machine")
    done = subprocess.run(["sh", "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert done.stderr == ""


@pytest.mark.parametrize("block", of("sh", "console"), ids=str)
def test_our_commands_and_their_options_are_there(block: Block) -> None:
    joined = block.text.replace("\\\n", " ")
    for line in re.findall(r"(?:^|&& |bin/)oifde-simulator ([^&|;\n]*)", joined, re.M):
        words = shlex.split(re.sub(r"\s>.*", "", line), comments=True)
        command, ours = words[0], words[1 : words.index("--") if "--" in words else None]
        if command.startswith("-"):
            continue
        assert command in COMMANDS, line
        flags = {word.partition("=")[0] for word in ours if word.startswith("--")}
        known = options(command).keys() | (
            {"--coverage"} | options("serve").keys() if command == "run" else set()
        )
        assert flags <= known, line
