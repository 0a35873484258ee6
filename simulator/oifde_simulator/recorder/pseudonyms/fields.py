"""Members of a record whose meaning the vendor documents, by what is to become of them."""

from __future__ import annotations

import re

# Session Record Query Interface, Tables 2 to 4.
NUMBERS = {"callSorId", "callingNumber", "calledNumber"}
IDS = ("callId", "ctiCallId", "logId", "flowInstId")
"""In the order in which they are found: flowInstId has callId inside."""
TIMES = {"startTime", "endTime", "lastUpdateTime", "timestamp", "requsetTime", "createTime"}
CODES = {"dialogType", "flag", "locationId", "interNo", "questionType", "responseSource", "involveMode"}
"""Members with a short code, a place in a list, or the number of a node."""
WORDS = {
    *("userSaying", "intention", "systemReply"),
    *("questionTitle", "answerIntent", "originalAnswer"),
}
LISTS = {"recordDetials", "qaRecords"}
FILES = {"businessInfo", "businessInfoStr"}
FILE_NAMES = {"yugaoFileName", "recordFileName"}
OTHERS = {"tenantId", "callData", "seriesId"}
KNOWN = {*NUMBERS, *IDS, *TIMES, *CODES, *WORDS, *LISTS, *FILES, *FILE_NAMES, *OTHERS}

CODE = re.compile(r"-?[0-9]{1,3}|[A-Za-z]")
"""A value of `CODES`, or a time that is none, that tells nothing about anybody; a longer one is a secret."""


def is_code(value: object) -> bool:
    """Check that a value is a short code."""
    return isinstance(value, int | str) and CODE.fullmatch(str(value)) is not None
