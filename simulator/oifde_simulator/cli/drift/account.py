"""Who asks, and whom: from options, the environment, and a file with the secret."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LARGEST_SECRET = 4096
"""Bytes of a file with a secret."""


@dataclass(frozen=True)
class Account:
    """A target and the account by which it is asked."""

    target: str
    tenant: str
    app_key: str
    secret: str = field(repr=False)
    user: str | None = field(repr=False)
    call_id: str | None = field(repr=False)


def account(options: argparse.Namespace, environment: Mapping[str, str]) -> Account:
    """Read the account; what options leave open, the environment says. Raises ValueError."""

    def given(name: str) -> str:
        return (getattr(options, name) or environment.get(f"OIFDE_{name.upper()}", "")).strip()

    target, tenant = given("target"), given("tenant")
    user, call_id = given("user"), given("call_id")
    _require(target, "--target URL, or OIFDE_TARGET")
    _require(tenant, "--tenant ID, or OIFDE_TENANT")
    _require(user or call_id, "--user NUMBER or --call-id ID, something that queries find")
    secret = _secret(options.secret_file, environment.get("OIFDE_APP_SECRET", ""))
    return Account(target, tenant, given("app_key") or tenant, secret, user or None, call_id or None)


def _require(text: str, expected: str) -> None:
    if not text:
        raise ValueError(f"expected {expected}")


def _secret(path: Path | None, variable: str) -> str:
    text = variable if path is None else _read(path)
    if not text.strip():
        source = f"in {path}" if path else "in OIFDE_APP_SECRET, or in a file that --secret-file names"
        raise ValueError(f"expected the appSecret {source}; it is never taken from the command line")
    return text.strip()


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST_SECRET + 1)
        text = octets.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"--secret-file {path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"--secret-file {path}: expected one line of text in UTF-8") from None
    if len(octets) > LARGEST_SECRET or "\n" in text.strip():
        raise ValueError(f"--secret-file {path}: expected one line with the secret and nothing else")
    return text
