"""Refusals of the state: what is full, taken or no longer as the caller read it."""


class Stale(Exception):
    """The tenant is no longer as it was read; nothing was counted, and the request is to be planned anew."""


class CapacityExceeded(Exception):
    """As much as may be is held already; the message says of what, and what to do."""


class DuplicateName(ValueError):
    """The name is in use."""


class UnknownRule(KeyError):
    """The tenant has no rule of this name."""


class NotCarriedOut(Exception):
    """Another replica did not do what was announced; the message says which one, and why."""


class StoreGone(Exception):
    """The store outside this process gave no answer; the message says where it is, and what was found.

    What was asked may have been carried out, at most once.
    """


class StoreFull(StoreGone):
    """The store outside this process has no room left; nothing was carried out."""


class CommandRefused(Exception):
    """The store does not know a command or a script fails: a defect of ours; the message has its words."""
