"""Other words for keys, as people and other tools say them; none is a key where it stands."""

from __future__ import annotations

WAITS = ("delay", "sleep", "wait", "timeout", "fixeddelaymilliseconds")
"""Other words for a latency."""
ADDRESSES = ("ip", "address", "clientip", "clientaddress", "ipaddress", "remoteaddr", "remoteaddress", "peer")
"""Other words for the address of a client."""
CERTIFICATES = ("clientcert", "certificate", "cert", "tlsclientcertificate")
"""Other words for the certificate of a client."""
SYNONYMS = {
    "chance": "probability", "percent": "probability", "odds": "probability", "count": "times",
    "max": "times", "limit": "times", "repeat": "times", "skip": "after", "nth": "every", "when": "match",
    "if": "match", "where": "match", "condition": "match", "conditions": "match", "then": "respond",
    "answer": "respond", "return": "respond", "reply": "respond", "id": "name",
    "title": "name", "code": "status",
    "message": "errorMsg", "msg": "errorMsg", "content": "body",
    "bodyfilename": "file", "bodyfile": "file", "base64body": "base64", "bytes": "base64",
    "text": "body", "payload": "body",
    "url": "endpoint", "operation": "endpoint", "method": "endpoint", "query": "request", "body": "request",
    "header": "headers", "timezone": "time_zone", "users": "sessions", "now": "clock", "time": "clock",
    "concurrent": "in_flight", "concurrency": "in_flight", "parallel": "in_flight", "field": "distinct",
    "unique": "distinct", "schedule": "window", "period": "window", "daily": "window", "quota": "over",
    "rate": "over", "ratelimit": "over", "rate_limit": "over", "throttle": "over", "html": "body",
    "encoding": "charset", "cn": "common_name", "commonname": "common_name",
    "duration": "over", "start": "from", "end": "until", "to": "until", "op": "op",
}  # fmt: skip
"""Other words for keys, as other tools and people say them."""
SYNONYMS_INSIDE = {
    "window": {"start": "from", "begin": "from", "duration": "for", "length": "for", "lasts": "for",
               "weekday": "days", "weekdays": "days", "day": "days", "time": "at"},
    "state": {"until": "for", "duration": "for", "lasts": "for", "next": "then", "to": "becomes",
              "in": "is", "from": "is"},
    "over": {"per": "window", "seconds": "window", "interval": "window", "period": "window",
             "duration": "window", "time": "window", "requests": "limit", "calls": "limit", "count": "limit",
             "max": "limit", "rate": "limit"},
    "match": {"path": "endpoint", "url": "endpoint", "uri": "endpoint", "urlpath": "endpoint",
              "method": "endpoint", "body": "request", "json": "request"},
    "clock": {"from": "start", "at": "start", "begin": "start", "instant": "start", "rate": "speed",
              "factor": "speed", "pace": "speed"},
    "patch": {"times": "count", "by": "factor", "chars": "bytes", "characters": "bytes", "length": "bytes",
              "size": "bytes"},
}  # fmt: skip
"""Other words for keys by the key around them, where they are meant though they are known elsewhere."""
