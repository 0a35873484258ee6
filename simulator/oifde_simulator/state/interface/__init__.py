"""The state: all that a request or the control plane may change, behind calls that any store can answer.

Rule: values go in and out. No answer is a mutable object, none is assumed to be there at once, and nothing is
drawn by a count that only the caller knows. `memory/` is the form in this process, which never suspends.
"""

from oifde_simulator.state.interface.exchanges import Read
from oifde_simulator.state.interface.state import State

__all__ = ["Read", "State"]
