"""How many sessions a user has on average: few users have many, many have few."""

from __future__ import annotations

from collections.abc import Callable
from math import cos, log, pi

from oifde_simulator.randomness import KeyedRandom

QUARTER = 90
"""Days of the period in which contacts are counted."""
PER_QUARTER = 4.0
"""Sessions of a user in a quarter, on average over all users."""
MOST = 16.0
"""Most sessions of a user, relative to the mean: one in 16,000 would have more."""
# Sessions of a user relative to the mean, and the share of such users; the mean over users is 1.
KINDS_OF_USER = ((0.1, 0.30), (0.95, 0.60), (4.0, 0.10))

Rate = Callable[[KeyedRandom], float]
"""Function that draws a user's mean number of sessions a day."""


def per_day(mean: float) -> Rate:
    """Let users have `mean` sessions a day: three in ten are quiet, one in ten is heavy."""
    return lambda draws: mean * draws.weighted(KINDS_OF_USER)


# Guess: [contacts] a negative binomial, mean 4 a quarter, k = 1/2; the numbers of real users would settle it.
def per_quarter(mean: float) -> Rate:
    """Let users have `mean` sessions in 90 days, distributed as contacts of customers with a company are.

    Numbers of purchases a household have a negative binomial distribution (A. S. C. Ehrenberg, "The Pattern
    of Consumer Purchases", Applied Statistics 8, 1959): each user's sessions are Poisson, and the users'
    means are gamma. With the shape k = 1/2 these means are the square of a normal number.
    """
    return lambda draws: mean / QUARTER * min(_squared_normal(draws), MOST)


def _squared_normal(draws: KeyedRandom) -> float:
    # Box and Muller; the logarithm of a number above 0.
    return -2 * log(1 - draws.unit()) * cos(2 * pi * draws.unit()) ** 2
