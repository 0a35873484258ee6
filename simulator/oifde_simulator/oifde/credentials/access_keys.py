"""Judge requests that are signed by an access key."""

from __future__ import annotations

from collections.abc import Mapping

from oifde_simulator.model.http import Request
from oifde_simulator.model.recording_errors import UNAUTHORIZED
from oifde_simulator.model.vendor_errors import Problem
from oifde_simulator.oifde.authorization import Authorization, is_signed
from oifde_simulator.oifde.decoding import shown

ACCESS_KEY_FIX = (
    "the access key is the tenantId, or a key of tenant.access_keys in its scenario file; "
    "serve --recordings-tenant ID answers all others as that tenant"
)
# Guess: [unauthorized-body] HTTP 401 is documented, its body is not; a call without the header settles it.
NO_AUTHORIZATION = Problem(
    UNAUTHORIZED, "Authorization: missing or empty; it is mandatory", 401, ACCESS_KEY_FIX
)
NO_ACCESS_KEY = Problem(
    UNAUTHORIZED,
    "Authorization names no access key: expected auth-v2/{access key}/{time}/{signed headers}/{signature}",
    401,
    ACCESS_KEY_FIX,
)
WRONG_SIGNATURE = Problem(
    UNAUTHORIZED,
    "Authorization: the signature does not fit the request",
    401,
    "docs/recordings.md says how it is computed here, which is a guess; "
    "without tenant.access_keys no signature is judged",
)


def signature_problem(
    given: Authorization, request: Request, access_keys: Mapping[str, str] | None
) -> Problem | None:
    """Name the problem of an `Authorization` header; without `access_keys` any that is not empty is good."""
    # Guess: [any-authorization] unread rules are not judged unless keys are given; C2 would settle it.
    if not given.text:
        return NO_AUTHORIZATION
    if access_keys is None:
        return None
    secret = access_keys.get(given.access_key)
    if secret is None:
        if not given.access_key:
            return NO_ACCESS_KEY
        key = f"access key {shown(given.access_key)}" if given.formed else "the access key in Authorization"
        return Problem(UNAUTHORIZED, f"{key} is not one of this tenant's", 401, ACCESS_KEY_FIX)
    return None if is_signed(request, given, secret) else WRONG_SIGNATURE
