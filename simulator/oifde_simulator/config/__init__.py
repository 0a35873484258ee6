"""The settings of one server: the command line and the environment are made from their declarations.

Rule: each setting is declared once, with its default, its help and the reader of its text (`settings.py`).
Standard library only.
"""

from oifde_simulator.config.settings import Settings

__all__ = ["Settings"]
