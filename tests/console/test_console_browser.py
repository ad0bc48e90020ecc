"""The pages in a real browser: both languages, sizes and themes, keyboard, axe, no request leaves."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests import chromium
from umot.console import Access, Console, make_app

pytestmark = [pytest.mark.slow, chromium.NEEDED]
PATHS = (
    "/",
    "/journey",
    "/posts",
    "/post?id=forum:own-001",
    "/alerts?state=all",
    "/sql",
    "/sources",
)
PHONE, DESK = {"width": 390, "height": 800}, {"width": 1280, "height": 900}
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def address(console_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A console on a real port, with a copy of the sample."""
    home = tmp_path_factory.mktemp("browser") / "home"
    shutil.copytree(console_home, home)
    listening = socket.create_server(("127.0.0.1", 0))
    app = make_app(Console(home, Access(PASSWORD)))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium, driven by playwright."""
    sync = pytest.importorskip("playwright.sync_api", reason="needs playwright (group dev)")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium.CHROMIUM, args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def signed_in(browser: Any, address: str) -> Any:
    """The cookies of somebody who signed in."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/")
    page.fill("input[name=name]", "Ada")
    page.fill("input[name=password]", PASSWORD)
    page.click("button")
    page.wait_for_url(f"{address}/")
    state = context.storage_state()
    context.close()
    return state


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desktop"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_sound(
    browser: Any, address: str, signed_in: Any, language: str, size: dict[str, int], theme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    context = browser.new_context(viewport=size, color_scheme=theme, storage_state=signed_in)
    context.set_default_timeout(120_000)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
    page.goto(f"{address}/language/{language}?to=/sources")
    for path in PATHS:
        assert page.goto(address + path).status == 200
        assert page.evaluate("document.documentElement.lang") == language
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is wider than the screen by {wide}"
        found = axe_of(axe, page)
        assert not found, f"{path}: {found}"
    assert {url.split("/")[2] for url in asked} == {address.split("/")[2]}
    assert not said
    context.close()


def axe_of(axe: Any, page: Any) -> list[str]:
    """What axe finds that is serious, in a word each; its script is run past the page's policy."""
    session = page.context.new_cdp_session(page)
    session.send("Page.setBypassCSP", {"enabled": True})
    response = axe.Axe().run(page).response
    return [
        f"{one['id']} at {one['nodes'][0]['target']}: {one['nodes'][0]['failureSummary']}"
        for one in response["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_a_correction_by_keyboard_only(browser: Any, address: str, signed_in: Any) -> None:
    context = browser.new_context(viewport=DESK, storage_state=signed_in)
    context.set_default_timeout(120_000)
    page = context.new_page()
    page.goto(f"{address}/post?id=forum:own-003")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    focus(page, "main summary")
    page.keyboard.press("Enter")
    focus(page, "select[name=label]")
    page.keyboard.press("P")  # positive, positief
    page.keyboard.press("Tab")
    page.keyboard.type("zie foto")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=status]")
    assert page.locator("table", has_text="zie foto").count() == 1
    context.close()


def focus(page: Any, selector: str) -> None:
    """Go on with Tab until the first such element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement === document.querySelector(s)", selector):
            return
    raise AssertionError(f"Tab never reached {selector}")


def test_hostile_posts_run_nothing(browser: Any, address: str, signed_in: Any) -> None:
    context = browser.new_context(storage_state=signed_in)
    context.set_default_timeout(120_000)
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for path in ("/posts", "/post?id=forum:hostile/0%3Fa=b%26c", "/sources"):
        page.goto(address + path)
    assert page.locator("script").count() == 0
    assert not dialogs
    page.goto(f"{address}/post?id=forum:hostile/1%3Fa=b%26c&whole=1")
    assert page.evaluate("document.body.innerText.length") > 1_000_000
    context.close()


def test_signing_out_shuts_the_door(browser: Any, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/posts")
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/posts")
    page.click("footer button")
    page.goto(f"{address}/posts")
    assert "/sign-in" in page.url
    context.close()
