"""Telling people: which channel hears of what, in which words, and bringing it there."""

from umot.notify.deliver import Deliveries, deliver
from umot.notify.routing import queue

__all__ = ["Deliveries", "deliver", "queue"]
