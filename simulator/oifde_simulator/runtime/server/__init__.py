"""One server: the parts it is made of, its tenants, its URLs, and its life from start to stop.

Rule: reloading, embedding and further processes are outside; they use what is here.
"""

from oifde_simulator.runtime.server.simulator import Simulator

__all__ = ["Simulator"]
