"""`python -m simulator` is the command `oifde-simulator`."""

import sys

from simulator.cli import main

sys.exit(main())
