"""The control plane: a port of our own, beside the vendor's, which faults never touch.

Rule: `openapi.py` has the operations, `routes/` answers them, and `services/` alone reaches the simulator.
"""
