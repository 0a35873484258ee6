"""Credentials from the environment or a file, never from the command line, which others on a machine see."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

LARGEST_SECRET = 4096
"""Bytes of a file with a secret."""
SECRET, SECRET_KEY, AUTHORIZATION = "OIFDE_APP_SECRET", "OIFDE_SECRET_KEY", "OIFDE_AUTHORIZATION"


def secret_key(path: Path | None, environment: Mapping[str, str]) -> str:
    """Read the secret key of an access key. Raises ValueError, without it."""
    text = environment.get(SECRET_KEY, "") if path is None else _read(path, "--secret-key-file")
    if not text.strip():
        source = f"in {path}" if path else f"in {SECRET_KEY}, or in a file that --secret-key-file names"
        raise ValueError(f"expected the secret key of --access-key {source}")
    return text.strip()


def app_secret(path: Path | None, environment: Mapping[str, str]) -> str:
    """Read the appSecret from `path`, or else from the environment. Raises ValueError, without the secret."""
    text = environment.get(SECRET, "") if path is None else _read(path, "--secret-file")
    if not text.strip():
        source = f"in {path}" if path else f"in {SECRET}, or in a file that --secret-file names"
        raise ValueError(f"expected the appSecret {source}; it is never taken from the command line")
    return text.strip()


def authorization(environment: Mapping[str, str]) -> str:
    """Read the Authorization header of downloads. Raises ValueError, without its text."""
    text = environment.get(AUTHORIZATION, "").strip()
    if not text or not text.isascii() or not text.isprintable():
        raise ValueError(
            f"expected the Authorization header of downloads in {AUTHORIZATION}, in one line: "
            "auth-v2/ACCESS_KEY/TIME/HEADERS/SIGNATURE, or auth-v2/TENANT/-/-/- at a simulator"
        )
    return text


def _read(path: Path, option: str) -> str:
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST_SECRET + 1)
        text = octets.decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{option} {path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{option} {path}: expected one line of text in UTF-8") from None
    if len(octets) > LARGEST_SECRET or "\n" in text.strip():
        raise ValueError(f"{option} {path}: expected one line with the secret and nothing else")
    return text
