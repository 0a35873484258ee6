"""`python -m oifde_simulator` is the command `oifde-simulator`."""

import sys

from oifde_simulator.cli import main

sys.exit(main())
