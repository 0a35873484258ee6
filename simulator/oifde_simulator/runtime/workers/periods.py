"""Seconds after which a supervisor loses patience."""

BEAT_SECONDS = 1.0
"""Seconds between two signs of life of a worker."""
STALLED_SECONDS = 4.0
"""Seconds without a sign of life after which a worker is called stalled; the others take new connections."""
REPLACED_SECONDS = 10.0
"""Seconds without a sign of life after which a worker is ended by force, and started again."""
STARTING_SECONDS = 60.0
"""The same for a worker that is not ready yet: a process takes long to begin on a busy machine."""
START_SECONDS = 600.0
"""Seconds that a worker has to read its scenarios and to be ready."""
STOP_SECONDS = 20.0
"""Seconds that workers have to stop: more than their own patience with requests in flight."""
DRAIN_SECONDS = 50.0
"""Seconds that a worker has to stop where another takes over: more than the longest drain."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 10.0
"""Seconds before a dead worker is started again: they double from the first to the longest."""
GOOD_SECONDS = 30.0
"""Seconds of service after which the pauses begin anew."""
