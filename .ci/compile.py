"""Write the data that is shipped in a form that loads fast: words, screenplays and the gallery.

    python .ci/compile.py

Run it after editing a bundled scenario or a screenplay, and for words of another version of Faker. Tests
compare the files with their sources.
"""

from __future__ import annotations

import json
from pathlib import Path

from oifde_simulator.population import vocabulary
from oifde_simulator.population.screenplays import files
from oifde_simulator.population.vocabulary import loading
from oifde_simulator.population.vocabulary.faker_words import draw_words
from oifde_simulator.scenario import gallery


def main() -> None:
    for locale in files.written_locales():
        write(loading.FOLDER / f"{locale}.json", words(locale))
        write(files.COMPILED / f"{locale}.json", files.compile_locale(locale))
    write(gallery.COMPILED, gallery.compile_all())


def words(locale: str) -> str:
    """Draw the words of a locale, with the version of Faker that they come from, as JSON text."""
    document = {"faker": vocabulary.installed_faker_version(), "words": draw_words(locale)}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def write(path: Path, text: str) -> None:
    """Write a file, and its folder where there is none; say so."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(f"{path}: written")


if __name__ == "__main__":
    main()
