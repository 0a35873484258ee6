"""The console opened in a browser of this machine.

Rule: it never delays or fails a start. A browser that cannot be opened leaves a line in the log.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future
from urllib.parse import quote

from oifde_simulator import daemon_threads

log = logging.getLogger("oifde_simulator")


def open_console(url: str, token: str | None) -> Future[None]:
    """Open the page at `url` in a thread of its own; the bearer `token` goes along in the fragment.

    A fragment stays in the browser: it is sent to no server and logged by none.
    """
    return daemon_threads.submit(_open, url, f"#token={quote(token, safe='')}" if token else "")


def _open(url: str, fragment: str) -> None:
    try:
        import webbrowser  # needed with --open only

        opened = webbrowser.open(url + fragment)
    except Exception as error:  # noqa: BLE001  whatever a browser's starter raises, the server goes on
        log.warning("--open: no browser could be opened (%s); open %s yourself", type(error).__name__, url)
        return
    if not opened:
        log.warning("--open: no browser was found; open %s yourself", url)
