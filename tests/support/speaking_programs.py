"""Programs in the place of espeak-ng, each a script that does one thing."""

from __future__ import annotations

import sys
from pathlib import Path

HEAD = r"""
import struct, sys
words = sys.stdin.buffer.read()
def head(rate=22050, form=1, bits=16):
    return struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 0x7ffff024, b"WAVE", b"fmt ", 16, form, 1, rate,
                       rate * 2, 2, bits, b"data", 0x7ffff000)
out = sys.stdout.buffer
"""
PROGRAMS: dict[str, str | None] = {
    "says a second": "out.write(head() + struct.pack('<h', 9000) * 22050)",
    "says nothing": "out.write(head())",
    "has nothing to say": "",
    "is gone at once": None,
    "never ends": "out.write(head())\nwhile True: out.write(bytes(65536))",
    "hangs": "import time\nout.write(head())\nout.flush()\ntime.sleep(600)",
    "hangs with another": "import os, time\nout.write(head())\nout.flush()\nos.fork()\ntime.sleep(60)",
    "fails": "sys.exit('no such voice')",
    "garbage": "out.write(b'x' * 5000)",
    "another form": "out.write(head(form=3, bits=32) + bytes(4000))",
    "no rate": "out.write(head(rate=0) + bytes(4000))",
    "no form": "out.write(b'RIFF\\0\\0\\0\\0WAVEfmt data')",
    "a part of a head": "out.write(head()[:30])",
}


def install(folder: Path, name: str, log: Path | None = None) -> str:
    """Put a program into a folder; it notes its arguments and words in `log`. Returns the folder's path.

    The one that is gone at once notes nothing.
    """
    noting = f"open({str(log)!r}, 'ab').write(repr((sys.argv[1:], words)).encode() + b'\\n')\n" if log else ""
    program = folder / "espeak-ng"
    rest = PROGRAMS[name]
    text = f"#!{sys.executable} -S\n{HEAD}{noting}{rest}\n" if rest is not None else "#!/bin/sh\nexit 3\n"
    program.write_text(text)
    program.chmod(0o755)
    return str(folder)
