"""The bundled scenarios by what a client sees of them, and the magic numbers of one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GOOD_DAYS = "Good days"
"""Heading of the scenarios in which nothing fails."""
HONEST = ("good-day", "tenant001", "paging", "recording-names")
"""Bundled scenarios in which nothing fails."""

GROUPS: Mapping[str, Sequence[str]] = {
    "Down and up": (
        "outage", "outage-window", "fail-twice", "flaky", "rate-limited", "rate-limited-strictly",
        "error-in-200", "gateway-page", "gateway-json", "forbidden", "firewall-page", "later-pages-fail",
        "later-pages-fail-once", "outage-after", "maintenance", "third-user", "too-many-at-once",
        "retry-after-date",
    ),
    "Tokens": (
        "token-expires-mid-paging", "token-revoked", "token-expired-on-arrival", "token-lifetime-lies",
        "single-token", "token-uses", "account-locks", "gettoken-down", "gettoken-rate-limited",
        "token-empty", "token-malformed", "token-of-another-tenant", "gettoken-midnight",
    ),
    "Slow": (
        "slow", "slow-body", "jittery", "slower-and-slower", "dribble", "thin-line", "hang", "hang-mid-body",
        "slow-and-flaky",
    ),
    "The wire": (
        "empty-response", "reset", "reset-mid-body", "cut-body", "garbage", "length-too-long",
        "length-too-short", "no-content-length", "malformed-chunk", "slow-close", "closes-quietly",
        "big-headers", "early-hints",
    ),
    "The text": (
        "truncated-json", "trailing-garbage", "bom", "invalid-utf8", "wrong-content-type", "wrong-charset",
        "broken-gzip", "gzip", "gbk",
    ),
    "Pages": (
        "first-page-repeats", "first-page-repeats-once", "record-repeats", "page-shifts", "page-shifts-once",
        "record-missing", "record-missing-once", "empty-page", "empty-page-once", "total-off",
        "total-off-once", "total-changes", "unsorted", "late-records",
    ),
    "Fields": (
        "field-missing", "field-null", "field-renamed", "field-retyped", "field-extra", "new-enum-value",
        "null-list", "broken-inner-json", "huge-field", "empty-strings", "null-texts", "reply-before-request",
        "error-code-missing", "times-in-seconds", "many-turns",
    ),
    "Recordings": (
        "recording-late", "recording-limit", "recording-foreign", "recording-error-as-audio",
        "recording-error-long", "recording-cut", "recording-short", "recording-thin-line",
        "recording-gateway-page", "recording-silent", "recording-of-another-call",
    ),
    "Many at once": ("magic", "chaos"),
}  # fmt: skip
"""Scenarios that fail, by symptom."""

MAGIC = "magic"
"""Scenario in which the number of a user chooses the failure."""
HAPPENS: Mapping[str, str] = {
    "rate-limited": "HTTP 429 with Retry-After for more than 2 queries a second",
    "server-error": "HTTP 500, no body",
    "gateway-page": "HTTP 502, HTML",
    "outage": "HTTP 503, no body",
    "fail-twice": "HTTP 503 twice, then well",
    "flaky": "HTTP 500 for three queries of ten",
    "error-in-200": "HTTP 200, errorCode 10000001",
    "token-expired": "errorCode 900001, whatever the token",
    "token-revoked": "errorCode 900002, whatever the token",
    "slow": "well after 800 ms",
    "dribble": "well, in 10 pieces over 800 ms",
    "hang": "no answer for a minute",
    "empty-response": "FIN without a byte",
    "reset": "RST without a byte",
    "reset-mid-body": "RST after half the body",
    "cut-body": "FIN after half the body",
    "garbage": "64 random bytes",
    "truncated-json": "half the JSON under a true Content-Length",
    "broken-gzip": "gzip that cannot be unpacked",
    "record-repeats": "a record of page 1 again on page 2",
    "record-missing": "the first record of each later page is missing",
    "total-off": "total is 45",
    "field-null": "calledNumber is null in every record",
}
"""What happens to the queries of a magic number, by the name of its rule."""
