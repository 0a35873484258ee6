"""Compare the Content-Type of a request with the documented one."""

from __future__ import annotations

from oifde_simulator.bounded_cache import bounded_cache
from oifde_simulator.oifde.decoding import shown


@bounded_cache(64 << 10)
def content_type_warning(content_type: str | None) -> str:
    """Describe what is wrong with a Content-Type header; return an empty text where nothing is."""
    # Guess: [content-type] another one is let pass; a call without the header would settle it.
    # C3 OIAP Interface Authentication: fixed at "application/json; charset=UTF-8".
    if content_type is None:
        return "no Content-Type; expected application/json; charset=UTF-8"
    media, _, rest = content_type.partition(";")
    charset = rest.strip().lower().replace(" ", "").replace('"', "")
    if media.strip().lower() == "application/json" and charset in ("", "charset=utf-8"):
        return ""
    return f"Content-Type is {shown(content_type)}; expected application/json; charset=UTF-8"
