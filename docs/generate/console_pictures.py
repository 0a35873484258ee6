"""Take the pictures of the console: `python docs/generate/console_pictures.py`, with chromium and playwright.

A server is started, a client asks it a few things, and the views are taken light, dark and narrow into
`docs/pictures/`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from playwright.sync_api import sync_playwright

PICTURES = Path(__file__).parents[1] / "pictures"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"]
QUERY = "/oifde/rest/api/queryRecordHistory"
NOON = "2026-03-02T12:00:00Z"
USER = "18000000001"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}
ASKED: Sequence[dict[str, str]] = (
    {}, {}, {}, {"pageNum": "2", "pageSize": "10"}, {"userMobile": "18000000002"}, {"authToken": "another"},
)  # fmt: skip
"""What the client's requests have beside its tenant, its token and the user."""
SHOTS = (
    ("exchange", "exchanges/{spoiled}?tenant=shop", WIDE, "light", "Whole answers"),
    ("exchange-dark", "exchanges/{spoiled}?tenant=shop", WIDE, "dark", "Whole answers"),
    ("exchanges-narrow", "exchanges?tenant=shop", NARROW, "light", "honest error"),
    ("gallery", "gallery", WIDE, "dark", "The service flaps"),
)
"""Names of pictures, each with its view, size and theme, and a text that is there when all is."""


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """Run a server; yields its ready file."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder) / "ready.json"
        options = [
            "--port",
            "0",
            "--control-port",
            "0",
            "--tls",
            "off",
            "--quiet",
            "--ready-file",
            str(ready),
        ]
        command = [sys.executable, "-m", "oifde_simulator"]
        with subprocess.Popen([*command, "serve", *options], stdout=subprocess.DEVNULL) as server:
            try:
                subprocess.run([*command, "readyz", "--wait", "--ready-file", str(ready)], check=True)
                yield json.loads(ready.read_text())
            finally:
                server.terminate()


def send(url: str, body: Any = None, method: str = "POST") -> Any:
    """Send JSON; returns the answer's, or None where it is an error."""
    octets = None if body is None else json.dumps(body).encode()
    request = Request(url, octets, {"Content-Type": "application/json"}, method=method)
    try:
        with urlopen(request, timeout=10) as answer:
            return json.loads(answer.read() or b"null")
    except OSError:
        return None


def tell_a_story(ready: dict[str, str]) -> dict[str, int]:
    """Have a client meet two failures; returns the number of the exchange that is looked at."""
    control = ready["control"]
    made = send(f"{control}/tenants", {"scenario": "fail-twice", "tenantId": "shop"})
    send(f"{control}/tenants/shop/clock", {"set": NOON}, "PUT")
    rule = {
        "name": "one-page-lost",
        "match": {"request": {"pageNum": "2"}},
        "patch": [{"op": "replace", "path": "/total", "value": 3}],
    }
    send(f"{control}/tenants/shop/rules", rule)
    asked = {"tenantId": "shop", "authToken": made["authToken"], "userMobile": USER}
    for more in ASKED:
        send(ready["data"] + QUERY, asked | more)
    entries = send(f"{control}/journal?tenant=shop", method="GET")["entries"]
    return {"spoiled": next(each["number"] for each in entries if each["rule"] == "one-page-lost")}


def main() -> None:
    """Take all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with serving() as ready, sync_playwright() as started:
        numbers = tell_a_story(ready)
        browser = started.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, address, size, theme, text in SHOTS:
            page = browser.new_page(viewport=size, color_scheme=theme)
            page.goto(f"{ready['console']}#/{address.format(**numbers)}")
            page.get_by_text("connected").wait_for()
            page.get_by_text(text).first.wait_for()
            page.screenshot(path=PICTURES / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
