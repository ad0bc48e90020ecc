"""The daily sentiment digest: facts of one brand and day, in words, as page, Markdown or JSON."""

from umot.digest.build import build
from umot.digest.facts import Digest
from umot.digest.render import FORMATS, file_name, from_json, render
from umot.digest.summary import summary

__all__ = ["FORMATS", "Digest", "build", "file_name", "from_json", "render", "summary"]
