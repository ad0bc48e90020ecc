"""Makes the pictures of the digest and the console in docs/images, with chromium.

    python docs/screenshots.py [HOME]

HOME is the data folder of an earlier `umot demo` (the sample brand); without it the demo is played
first. Needs the packages `playwright` and `altair` (the extras dev and charts) and Debian's
`chromium`.
"""

from __future__ import annotations

import base64
import email
import email.policy
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright

from umot.digest import Digest, build, letter, render
from umot.pipeline import Monitor

FOLDER = Path(__file__).parent / "images"
LARGEST = 200_000  # bytes of a picture


@dataclass(frozen=True)
class Shot:
    """One picture: what of which language, how large, in which colours."""

    name: str
    language: str
    mail: bool = False
    width: int = 860
    height: int = 1180
    scheme: str = "light"


SHOTS = (
    Shot("digest-en", "en"),
    Shot("digest-nl", "nl"),
    Shot("digest-dark-phone", "nl", width=390, height=1180, scheme="dark"),
    Shot("digest-mail-en", "en", mail=True, width=660, height=1180),
)


# Pages of the console: name, language, address, colours.
PAGES = (
    ("console-journey-en", "en", "/journey", "light"),
    ("console-posts-nl", "nl", "/posts?stage=end&tone=negative", "dark"),
)


def main(arguments: list[str]) -> None:
    """Make every picture; says what it made."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("docs/screenshots.py needs chromium: apt install chromium")
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(arguments[0]) if arguments else played(Path(folder) / "demo")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            for shot in SHOTS:
                page = Path(folder) / f"{shot.name}.html"
                page.write_text(text(home, shot), "utf-8")
                size = take(browser, page, shot)
                sys.stdout.write(f"docs/images/{shot.name}.png: {size / 1000:.0f} kB\n")
            with served(home) as address:
                for name, language, path, scheme in PAGES:
                    shot = Shot(name, language, width=1100, height=860, scheme=scheme)
                    chosen = f"{address}/language/{language}?to={quote(path)}"
                    size = visit(browser, chosen, shot)
                    sys.stdout.write(f"docs/images/{name}.png: {size / 1000:.0f} kB\n")
            browser.close()


def played(home: Path) -> Path:
    """The data folder of the sample brand, its demo played."""
    program = Path(sys.executable).with_name("umot")
    values = {**os.environ, "UMOT_HOME": str(home)}
    subprocess.run([program, "demo"], env=values, check=True)  # noqa: S603 - our own program
    return home


def text(home: Path, shot: Shot) -> str:
    """The page, or the mail with its pictures in it."""
    digest = made(home, shot.language)
    if not shot.mail:
        return render(digest, "html")
    mail = email.message_from_string(letter.mail(digest), policy=email.policy.default)
    body = mail.get_body(("html",))
    if body is None:
        raise ValueError("the mail has no HTML part")
    page: str = body.get_content()
    for part in mail.walk():
        if part.get_content_type() == "image/png":
            data = base64.b64encode(part.get_content()).decode()
            name = part["Content-ID"].strip("<>")
            page = page.replace(f"cid:{name}", f"data:image/png;base64,{data}")
    return page


def made(home: Path, language: str) -> Digest:
    """The digest of the demo's last day."""
    monitor = Monitor.open(home)
    brand = monitor.settings.brand
    with monitor.warehouse.read() as db:
        return build(db, brand.name, last_day(home, brand.time_zone), language=language)


def last_day(home: Path, zone: str) -> date:
    """The day on which the demo plays its last pass."""
    pinned = json.loads((home / "demo.json").read_text("utf-8"))
    return datetime.fromisoformat(pinned["anchor"]).astimezone(ZoneInfo(zone)).date()


def take(browser: Browser, page: Path, shot: Shot) -> int:
    """Take the picture; returns its size in bytes. Raises `ValueError` for one too large."""
    return visit(browser, page.as_uri(), shot)


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The console over a data folder on a free port of this machine; gives its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    program = Path(sys.executable).with_name("umot")
    values = {**os.environ, "UMOT_HOME": str(home)}
    command = [str(program), "serve", "--port", str(port)]
    with subprocess.Popen(command, env=values, stderr=subprocess.PIPE, text=True) as server:  # noqa: S603
        try:
            if server.stderr is None or "console" not in server.stderr.readline():
                raise ValueError("umot serve did not start")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def visit(browser: Browser, address: str, shot: Shot) -> int:
    """Take the picture of an address; returns and raises as `take` does."""
    target = FOLDER / f"{shot.name}.png"
    view = browser.new_page(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme="dark" if shot.scheme == "dark" else "light",
    )
    view.set_default_timeout(120_000)
    view.goto(address)
    view.screenshot(path=target)
    view.close()
    size = target.stat().st_size
    if size > LARGEST:
        raise ValueError(f"{target.name} has {size} bytes, more than {LARGEST}")
    return size


if __name__ == "__main__":
    main(sys.argv[1:])
