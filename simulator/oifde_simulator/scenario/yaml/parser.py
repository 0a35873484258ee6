"""The parser of PyYAML that reads scenarios, and the line breaks by which it counts lines."""

from __future__ import annotations

import re
from typing import Any

import yaml

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML was built with it, else the slow one in Python."""

BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""Line breaks of YAML 1.1 (section 5.4), which both parsers count."""
