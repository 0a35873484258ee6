"""What may go wrong with a target.

TargetError
├── Unreachable    no HTTP answer: address, certificate, timeout, garbage
└── BudgetSpent    the requests that a user allowed are used up
"""

from __future__ import annotations

import ssl

import aiohttp

from oifde_simulator.text import shown


class TargetError(Exception):
    """A target cannot be used as wanted; its text says why, and what to do."""


class Unreachable(TargetError):
    """A target that gives no HTTP answer."""


class BudgetSpent(TargetError):
    """A run that has sent as many requests as it may."""


def unreachable(origin: str, error: BaseException, seconds: float) -> Unreachable:
    """Say in one line why a request to `origin` got no answer; `seconds` is its deadline."""
    if isinstance(error, TimeoutError):
        return Unreachable(f"{origin} gives no whole answer within {seconds:g} s; --timeout changes that")
    return Unreachable(f"{origin} {_why_not_connected(error) or _why_broken_off(error)}")


def _why_not_connected(error: BaseException) -> str:
    """Say why there is no connection; "" where there was one."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            why = f"shows a certificate that is not trusted ({_certificate_reason(error)})"
            return f"{why}; give its authority with --ca FILE, or look away with --insecure"
        case aiohttp.ClientConnectorSSLError() | ssl.SSLError():
            return f"breaks off the TLS handshake ({_reason(error)}); does it speak https on this port?"
        case aiohttp.ClientConnectorDNSError():
            return "has a name that cannot be resolved; is --target right, and does a proxy have to be set?"
        case aiohttp.ClientHttpProxyError():
            return f"is behind a proxy that answers {error.status}; see HTTPS_PROXY and NO_PROXY"
        case aiohttp.ClientProxyConnectionError():
            return f"is behind a proxy that is not reached ({_reason(error)}); see HTTPS_PROXY and NO_PROXY"
        case aiohttp.ClientConnectorError():
            return f"refuses the connection ({_reason(error)})"
    return ""


def _why_broken_off(error: BaseException) -> str:
    """Say what is wrong with what came over a connection."""
    match error:
        case aiohttp.InvalidURL() | ValueError():
            return "is no URL that can be asked"
        case aiohttp.ClientResponseError():
            return f"answers what is no HTTP ({shown(error.message)})"
        case aiohttp.ClientPayloadError() if "content-encoding" in str(error):
            return "sends a body that cannot be unpacked as its Content-Encoding says"
    return f"ends the connection amid its answer ({_reason(error)})"


def _certificate_reason(error: aiohttp.ClientConnectorCertificateError) -> str:
    cause = error.certificate_error
    return str(getattr(cause, "verify_message", "") or cause)


def _reason(error: BaseException) -> str:
    cause = getattr(error, "os_error", None) or error
    return " ".join(str(getattr(cause, "strerror", None) or cause or type(error).__name__).split())
