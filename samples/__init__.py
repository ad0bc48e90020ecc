"""The sample brand: an invented company, what its customers wrote, and a server that says it.

``umot demo``, the tests and the docs read these posts through the real connectors: everything is
served on loopback in the platforms' own formats, so that a connector cannot tell the difference.
"""

from samples.content import Brand, Gold, brand, gold
from samples.home import write_export, write_home
from samples.reddit_api import CREDENTIALS
from samples.server import Logged, SampleServer
from samples.timeline import passes

__all__ = [
    "CREDENTIALS",
    "Brand",
    "Gold",
    "Logged",
    "SampleServer",
    "brand",
    "gold",
    "passes",
    "write_export",
    "write_home",
]
