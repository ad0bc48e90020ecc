"""The web console: pages and their JSON twins over the published copy of the warehouse."""

from umot.console.app import make_app
from umot.console.state import Access, Console

__all__ = ["Access", "Console", "make_app"]
