"""Erasing what was said by a writer, in a post or at an address, or longer ago than is kept.

A request is written down first and crossed out last, and every step between may be done again:
so a kill at any moment leaves what the next `umot forget` or `umot run` finishes.
"""

from umot.forgetting.found import look
from umot.forgetting.job import alone, asked, carry_out
from umot.forgetting.request import Request, pending
from umot.forgetting.standing import catch_up, cleanse, due, settle

__all__ = [
    "Request",
    "alone",
    "asked",
    "carry_out",
    "catch_up",
    "cleanse",
    "due",
    "look",
    "pending",
    "settle",
]
