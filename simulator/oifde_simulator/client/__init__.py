"""A client of the control plane for Python programs: `from oifde_simulator.client import Control`.

Rule: no code here. This is the package `oifde_simulator_client`, which can be installed without the server.
Each of its modules is the same module under both names. The `.pyi` files tell type checkers so.
"""

from oifde_simulator.module_alias import alias

alias("oifde_simulator.client", "oifde_simulator_client")
