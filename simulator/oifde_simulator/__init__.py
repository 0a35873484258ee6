"""Plays Huawei's intelligent-IVR Session Record Query Interface: an honest answer, then what spoils it."""

__version__ = "0.2.0"
