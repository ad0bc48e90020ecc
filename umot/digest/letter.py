"""A digest as a mail: plain text and HTML side by side, its pictures inside.

Who it is from, whom it is for and when it leaves is added where it is sent. The same digest is
the same mail, byte for byte.
"""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from umot.digest import closer, html, pictures, plain_text, shown
from umot.digest.facts import Digest
from umot.digest.plain_text import LONGEST, QUOTES
from umot.digest.text import web_link
from umot.digest.words import Words, words
from umot.language import format_date, join

DAYS, JOURNEY = "days@umot", "journey@umot"  # how the HTML calls its pictures


def mail(digest: Digest, link: str = "") -> str:
    """The message in ASCII, without sender, receiver and date; `link` leads to the page."""
    w = words(digest.language)
    drawn = (
        (DAYS, "days", pictures.days(digest)),
        (JOURNEY, "journey", pictures.journey_png(digest, w)),
    )
    images = [(name, stem, png) for name, stem, png in drawn if png is not None]
    made = EmailMessage(policy=SMTP)
    made["Subject"] = title(digest, w)
    made.set_content(plain_text.page(digest, w, link), cte="quoted-printable")
    made.add_alternative(
        page(digest, w, link, {name for name, _, _ in images}),
        subtype="html",
        cte="quoted-printable",
    )
    *_, body = made.iter_parts()
    for name, stem, png in images:
        body.add_related(
            png,
            "image",
            "png",
            cid=f"<{name}>",
            filename=f"{stem}.png",
            disposition="inline",
        )
    settle(made)
    return made.as_string()


def settle(made: EmailMessage) -> None:
    """Make the lines between the parts from what the parts say, not by chance."""
    content = "".join(str(part.get_payload()) for part in made.walk() if not part.is_multipart())
    mark = hashlib.blake2b(content.encode(), digest_size=12).hexdigest()
    inner = [part for part in made.walk() if part.is_multipart()]
    for number, part in enumerate(inner):
        part.set_boundary(f"umot-{number}-{mark}")


def title(digest: Digest, w: Words) -> str:
    """The subject: whom and which day it is about, how many posts and how they read."""
    day = format_date(digest.day, w.language, "weekday")
    posts = w("headline.posts", n=digest.posts.total)
    key = "send.title" if digest.posts.net is None else "send.title_tone"
    # A true minus sign would have the whole line encoded.
    net = w.signed(digest.posts.net).replace("\N{MINUS SIGN}", "-")
    return w(key, brand=digest.brand, date=day, posts=posts, net=net)


def brief(digest: Digest, link: str = "") -> str:
    """A few lines for a chat, one thought each; the last is the address, where there is one."""
    w = words(digest.language)
    lines = [digest.headline]
    for one in closer.themes(digest, w):
        if one.themes:
            named = [
                w("send.theme", words=theme.words, posts=w("themes.posts", n=theme.posts))
                for theme in one.themes[:QUOTES]
            ]
            lines.append(w(f"send.{one.sort}", themes=join(named, w.language)))
    if waiting := closer.answers(digest, w):
        lines.append(waiting[0])
    lines.append(" ".join(digest.coverage.lines))
    if link:
        lines += [w("send.link"), link]
    return "\n".join(lines)


def page(digest: Digest, w: Words, link: str, images: set[str]) -> str:
    """The HTML part: tables and inlined styles only, which every mail program knows."""
    parts: dict[str, Any] = {
        "link": link,
        "images": images,
        "days_alternative": pictures.days_alternative(digest, w),
        "journey_alternative": pictures.journey_alternative(digest, w),
        "web_link": web_link,
        "limit": LONGEST,
        "quotes": QUOTES,
        "unseen": lambda found: shown.unseen(found, digest, QUOTES),
        "days": DAYS,
        "journey": JOURNEY,
    }
    return html.environment().get_template("mail.html").render(html.common(digest, w) | parts)
