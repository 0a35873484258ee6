"""List the vendor's error codes as values.

Rule: standard library only; the words are the vendor's.
"""

from __future__ import annotations

from oifde_simulator.fast_dataclasses import dataclass
from oifde_simulator.model.problem_kinds import ProblemKind


@dataclass(frozen=True, slots=True)
class VendorError:
    """Documented error: the values of `errorCode` and `errorMsg`, or of `resultCode` and `resultDesc`."""

    code: int
    name: str
    """Name in scenario files; it is not the vendor's."""
    message: str
    digits: int = 0
    """Digits of the code where the vendor writes it as text, with leading zeros."""

    @property
    def text(self) -> str:
        """Code as text."""
        return f"{self.code:0{self.digits}d}"


# "Overview", the common error codes: all 22. Wording from 10000003 on is a translation.
CATALOGUE: tuple[VendorError, ...] = (
    VendorError(900001, "token-expired", "No token information exists or the token has expired"),
    VendorError(900002, "token-invalid", "Failed to check the token information"),
    VendorError(10000001, "internal-error", "Internal error, usually caused by an application system fault"),
    VendorError(10000002, "parameter-incorrect", "The parameter is incorrect"),
    VendorError(10000003, "parameter-missing", "The parameter does not exist; it must be entered"),
    VendorError(
        10000004, "parameter-exists", "The parameter already exists in the system and cannot be reused"
    ),
    VendorError(10000006, "duplicate-input", "Duplicate interface input parameter"),
    VendorError(10000007, "duplicate-output", "Duplicate interface output parameter"),
    VendorError(10000008, "duplicate-header", "Duplicate interface header parameter"),
    VendorError(20000001, "released", "In released state, cannot be modified"),
    VendorError(20000002, "flow-name-exists", "The flow name already exists"),
    VendorError(20000003, "node-referenced", "Node deletion error: referenced by another flow"),
    VendorError(
        20000004, "variable-not-deleted", "Variable deletion error: referenced by a flow or template"
    ),
    VendorError(
        20000005, "variable-not-modified", "Variable modification error: referenced by a flow or template"
    ),
    VendorError(20000006, "file-not-found", "File path does not exist"),
    VendorError(20000007, "file-not-read", "Error reading the file stream"),
    VendorError(20000008, "update-failed", "Data update error"),
    VendorError(200900002, "application-fault", "Internal error, usually an application fault"),
    VendorError(200900003, "parameter-error", "Parameter error, usually not all mandatory fields given"),
    VendorError(200800001, "key-unknown", "The key does not exist"),
    VendorError(200800002, "key-wrong", "The key is wrong"),
    VendorError(200800003, "account-locked", "The account is locked"),
)

# Downloading an Intelligent IVR Recording File, codes of CC-FS, all under HTTP 200. Later ones are unread.
RECORDING_CATALOGUE: tuple[VendorError, ...] = (
    VendorError(300001, "recording-parameter-null", "The parameter is null", 7),
    VendorError(300002, "recording-parameter-empty", "The parameter is empty", 7),
    VendorError(300003, "recording-parameter-too-long", "The parameter is too long", 7),
    VendorError(300004, "recording-parameter-format", "The format of the parameter is wrong", 7),
    VendorError(300005, "recording-parameter-too-short", "The parameter is too short", 7),
    VendorError(300006, "recording-version", "The version is wrong", 7),
    VendorError(300007, "recording-body-null", "The parameters of the body are null", 7),
    VendorError(300008, "recording-download-limit", "The flow-control threshold of downloads is reached", 7),
    VendorError(300009, "recording-query-limit", "The flow-control threshold of queries is reached", 7),
    VendorError(300010, "recording-date", "The date in fileName is wrong", 7),
    VendorError(300011, "recording-file-missing", "The file does not exist", 7),
    VendorError(300012, "recording-no-data", "No data is found", 7),
    VendorError(300013, "recording-times-reversed", "beginTime is later than endTime", 7),
)

KNOWN = (*CATALOGUE, *RECORDING_CATALOGUE)
BY_NAME = {error.name: error for error in KNOWN}
BY_CODE = {error.code: error for error in KNOWN}

TOKEN_EXPIRED = BY_CODE[900001]
TOKEN_INVALID = BY_CODE[900002]
INTERNAL_ERROR = BY_CODE[10000001]
PARAMETER_INCORRECT = BY_CODE[10000002]
KEY_UNKNOWN = BY_CODE[200800001]
KEY_WRONG = BY_CODE[200800002]
ACCOUNT_LOCKED = BY_CODE[200800003]


@dataclass(frozen=True, slots=True)
class Problem:
    """Mistake in a request, with the vendor's error for it."""

    error: VendorError
    detail: str = ""
    """Field, value and broken rule, for `errorMsg` and the log."""
    status: int | None = None
    """HTTP status of the answer; None for the setting `error_status`."""
    fix: str = ""
    """Advice for the log and the journal; the answer never has it."""
    kind: ProblemKind = ""
    """Kind of the mistake, by which settings choose its code and its status."""

    @property
    def message(self) -> str:
        """Text of `errorMsg`."""
        # Guess: [error-message] the documented words, a colon, our detail; a capture of each would settle it.
        return f"{self.error.message}: {self.detail}" if self.detail else self.error.message

    @property
    def log_message(self) -> str:
        """Text for the log: the message, and the advice where there is one."""
        message = self.message
        return f"{message}; {self.fix}" if self.fix else message
