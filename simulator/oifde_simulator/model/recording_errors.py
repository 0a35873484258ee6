"""Name the errors that a download of a recording is honestly answered with."""

from __future__ import annotations

from oifde_simulator.model.vendor_errors import BY_CODE, VendorError

PARAMETER_NULL = BY_CODE[300001]
PARAMETER_EMPTY = BY_CODE[300002]
PARAMETER_TOO_LONG = BY_CODE[300003]
PARAMETER_FORMAT = BY_CODE[300004]
PARAMETER_TOO_SHORT = BY_CODE[300005]
WRONG_VERSION = BY_CODE[300006]
BODY_NULL = BY_CODE[300007]
WRONG_DATE = BY_CODE[300010]
FILE_MISSING = BY_CODE[300011]
NO_DATA = BY_CODE[300012]

# C2: a wrong signature is answered with HTTP 401; the body of that answer was not readable.
UNAUTHORIZED = VendorError(401, "", "Authentication failed")
"""Error of a request without a good `Authorization`; its code is none of the catalogue."""
