"""Checks of what a connector makes of a platform's items."""

from __future__ import annotations

import gc
import json
import resource
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from umot.post import RawItem
from umot.testing.stage import BASE, HOSTILE, NOW, Check, Item, Stage, expect, items, run, same


def check_ids_are_unique_and_stable(stage: Stage) -> None:
    """Each item is one post, under the same id in every run."""
    stage.serve(items(7))
    first, again = run(stage.make()), run(stage.make())
    same(len(first.ids), 7, "posts of 7 items")
    same(len(set(first.ids)), 7, "different ids of 7 items")
    same(again.ids, first.ids, "ids of a second reading")
    expect(all(post.native_id and post.platform for post in first.posts), "an id part is empty")


def check_times_are_utc(stage: Stage) -> None:
    """Times are the items' own, in UTC and saying so."""
    served = items(4)
    stage.serve(served)
    posts = run(stage.make()).posts
    expect(all(post.posted_at for post in posts), "a post has no posted_at")
    found = sorted(post.posted_at for post in posts if post.posted_at)
    same(found, sorted(item.at for item in served), "posted_at")
    for post in posts:
        for moment in (post.posted_at, post.edited_at, post.deleted_at):
            if moment is not None:
                same(moment.utcoffset(), timedelta(0), "the offset of a time from UTC")


def check_second_run_adds_nothing(stage: Stage) -> None:
    """With its cursor, a second run brings nothing that is new, a third only the new item."""
    stage.serve(items(7))
    first = run(stage.make())
    expect(first.cursor is not None, "no cursor came with the last batch")
    second = run(stage.make(), first.cursor)
    known = {post.post_id: post.content_hash for post in first.posts}
    again = {post.post_id: post.content_hash for post in second.posts}
    expect(again.items() <= known.items(), "the second run brings other posts or texts")
    new = Item(300, "net geplaatst", BASE + timedelta(minutes=1))
    stage.serve([new, *items(7)])
    third = run(stage.make(), second.cursor)
    added = [post.body for post in third.posts if post.post_id not in known]
    same(added, ["net geplaatst"], "what a third run adds after one new item")


def check_late_items_are_seen(stage: Stage) -> None:
    """An item that turns up later, between others already read, is read."""
    served = items(6)
    stage.serve([item for item in served if item.number != 3])
    first = run(stage.make())
    stage.serve(served)
    second = run(stage.make(), first.cursor)
    expect("Bericht 3" in {post.body for post in second.posts}, "the late item is missed")


def check_order_does_not_matter(stage: Stage) -> None:
    """Items that a platform lists out of order, and in another one later, come whole and once."""
    served = items(60)
    stage.serve(sorted(served, key=lambda item: item.number * 37 % 61))
    first = run(stage.make())
    same(len(set(first.ids)), 60, "different ids of 60 items out of order")
    new = Item(300, "net geplaatst", BASE + timedelta(minutes=1))
    stage.serve([*reversed(served), new])
    second = run(stage.make(), first.cursor)
    added = [post.body for post in second.posts if post.post_id not in set(first.ids)]
    same(added, ["net geplaatst"], "what is new where the order changed")


def check_edits_are_seen(stage: Stage) -> None:
    """An item whose text changed since the last run comes again."""
    served = items(3)
    stage.serve(served)
    first = run(stage.make())
    stage.serve([served[0], replace(served[1], text="een betere tekst"), served[2]])
    second = run(stage.make(), first.cursor)
    expect("een betere tekst" in {post.body for post in second.posts}, "the edit is missed")
    expect(set(second.ids) <= set(first.ids), "the edited item has another id")


def check_a_stopped_run_is_made_up_for(stage: Stage) -> None:
    """A run that dies after a batch or two is completed by the next one."""
    served = items(stage.most + 150)
    stage.serve(served)
    for stop_after in (1, 2):
        connector, cursor, bodies = stage.make(), None, set[str]()
        fetching = connector.fetch(None, now=NOW)
        for _, batch in zip(range(stop_after), fetching, strict=False):
            bodies |= {post.body for raw in batch.items for post in connector.parse(raw)}
            cursor = json.loads(json.dumps(batch.cursor)) if batch.cursor else cursor
        del fetching
        bodies |= {post.body for post in run(stage.make(), cursor).posts}
        lost = {item.text for item in served} - bodies
        same(sorted(lost), [], f"what is lost after a stop at batch {stop_after}")


def check_raw_items_can_be_parsed_again(stage: Stage) -> None:
    """Raw items survive being stored as JSON, and parse to the same posts later."""
    stage.serve(items(len(HOSTILE), HOSTILE))
    connector, later = stage.make(), stage.make()
    seen = 0
    for batch in connector.fetch(None, now=NOW):
        for raw in batch.items:
            stored = json.dumps(raw.payload, ensure_ascii=False, allow_nan=False).encode()
            expect(raw.place, "a raw item does not say where it stood")
            same(raw.fetched_at, NOW, "fetched_at")
            again = list(later.parse(replace(raw, payload=json.loads(stored))))
            same(again, list(connector.parse(raw)), "a stored item parsed again")
            seen += len(again)
    same(seen, len(HOSTILE), "posts parsed from stored items")


def check_hostile_texts_survive(stage: Stage) -> None:
    """Markup, quotes, emoji and long lines arrive as they were typed."""
    stage.serve(items(len(HOSTILE), HOSTILE))
    found = [post.body for post in run(stage.make()).posts]
    wanted: Sequence[str] = HOSTILE
    if stage.folds_space:
        found, wanted = ([" ".join(text.split()) for text in one] for one in (found, wanted))
    same(len(found), len(wanted), "posts of hostile texts")
    for one, other in zip(sorted(found), sorted(wanted), strict=True):
        same(one, other, "a hostile text")


def check_nothing_there(stage: Stage) -> None:
    """A platform without items is no failure."""
    stage.serve([])
    same(run(stage.make()).posts, [], "posts of an empty platform")


def check_one_item(stage: Stage) -> None:
    """One item is one post."""
    stage.serve(items(1))
    same([post.body for post in run(stage.make()).posts], ["Bericht 0"], "posts of one item")


def check_five_thousand_in_little_memory(stage: Stage) -> None:
    """A long history comes whole, in batches, and is never held whole."""
    stage.serve(items(5000))
    connector, seen, alive = stage.make(), set[str](), 0
    before, others = _resident(), _alive()
    for number, batch in enumerate(connector.fetch(None, now=NOW)):
        expect(len(batch.items) <= stage.most, f"{len(batch.items)} items in a batch")
        seen |= {post.post_id for raw in batch.items for post in connector.parse(raw)}
        if number % 9 == 3:  # now and then, as it takes a while
            alive = max(alive, _alive() - others)
    same(len(seen), 5000, "posts of 5,000 items")
    expect(alive <= 1100, f"{alive} items are held: more than a batch or a page")
    grown = _resident() - before
    expect(grown < stage.memory, f"the process grew by {grown:,} bytes")


def check_engagement_is_observed_again(stage: Stage) -> None:
    """Counts that grew since the last run are observed again, with the time of it."""
    served = items(3)
    stage.serve([replace(served[0], likes=3), *served[1:]])
    first = run(stage.make())
    stage.serve([replace(served[0], likes=8), *served[1:]])
    second = run(stage.make(), first.cursor)
    seen = [
        {post.body: post.engagement for post in each.posts}[served[0].text]
        for each in (first, second)
    ]
    same([one.likes if one else None for one in seen], [3, 8], "likes in two runs")
    expect(all(one and one.observed_at == NOW for one in seen), "engagement without its time")


def check_deletions_are_seen(stage: Stage) -> None:
    """What was deleted since the last run comes with `deleted_at` and without its text, once."""
    served = items(6)
    stage.serve(served)
    first = run(stage.make())
    ids = {post.body: post.post_id for post in first.posts}
    stage.serve([replace(item, deleted=item.number in (0, 4)) for item in served])
    second = run(stage.make(), first.cursor)
    gone = {post.post_id: post for post in second.posts if post.deleted_at}
    wanted = {ids[served[number].text] for number in (0, 4)}
    same(set(gone), wanted, "the ids of deleted posts")
    texts = [post.body + (post.title or "") for post in gone.values()]
    same(texts, ["", ""], "the texts of deleted posts")
    expect(all(post.deleted_at == NOW for post in gone.values()), "deleted_at is not the run's")


def _alive() -> int:
    """How many raw items this process holds."""
    return sum(isinstance(one, RawItem) for one in gc.get_objects())


def _resident() -> int:
    """Bytes of memory that this process has now; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text("ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * resource.getpagesize()


DATA: tuple[Check, ...] = (
    check_ids_are_unique_and_stable,
    check_times_are_utc,
    check_second_run_adds_nothing,
    check_late_items_are_seen,
    check_order_does_not_matter,
    check_edits_are_seen,
    check_a_stopped_run_is_made_up_for,
    check_raw_items_can_be_parsed_again,
    check_hostile_texts_survive,
    check_nothing_there,
    check_one_item,
    check_five_thousand_in_little_memory,
)
COUNTS: tuple[Check, ...] = (check_engagement_is_observed_again,)
DELETIONS: tuple[Check, ...] = (check_deletions_are_seen,)
LIVE = COUNTS + DELETIONS
