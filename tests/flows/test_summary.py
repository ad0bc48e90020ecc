"""A pass in words: hostile text stays text."""

from __future__ import annotations

from flows.summary import cell, line, page
from umot.pipeline import Classified, Report, Visit
from umot.post import Alert
from warehouse.load import Counts

from .conftest import NOW


def test_a_quiet_pass() -> None:
    report = Report((Visit("forum"),), Classified(), (), published=False)
    assert line(report) == "1 source: 0 new posts, 0 new alerts"
    assert "Nothing to publish" in page(report)
    assert "## New alerts" not in page(report)


def test_failures_alerts_and_what_was_kept_back() -> None:
    alert = Alert("1", "viral_negative", "B", "reddit:x", "reddit:x", "high", "Rises *fast*", NOW)
    visits = (
        Visit("forum", Counts(seen=1200, new=2, rejected=1), truncated="only 1,000 items"),
        Visit("reddit", error="answered 503\n| </td><script>x</script> [a](b)"),
    )
    report = Report(visits, Classified(3, 1, 0, 5), (alert,), published=True)
    assert line(report).startswith("1 of 2 sources failed: reddit: answered 503")
    text = page(report)
    assert "| forum | 1200 | 2 | 0 | 0 | 1 | only 1,000 items |" in text
    assert "Read 3 posts with 5 moments; 1 unscored" in text
    assert "- **high** reddit:x: Rises \\*fast\\*" in text
    rows = [one for one in text.splitlines() if one.startswith("|")]
    assert len(rows) == 4
    assert "<script>" not in text.replace("\\<", "")
    assert cell("a|b\nc") == "a\\|b c"
