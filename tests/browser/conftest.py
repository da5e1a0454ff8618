"""A headless Chromium, and pages that it opens from disk as a reviewer does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

_ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium as the system has it, or as CHROMIUM names it."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        yield chromium
        chromium.close()


@dataclass
class Opened:
    """A page in the browser, and what it did that it should not."""

    page: Page
    url: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def at(self, target: str) -> str:
        """The address of a place in the page by its id."""
        return f"{self.url}#{quote(target, safe='')}"

    @property
    def complaints(self) -> list[str]:
        """Console errors, requests for anything but the page itself, and dialogs."""
        return [*self.console, *self.requests, *self.dialogs]


@pytest.fixture
def opened(browser: Browser) -> Iterator[Callable[..., Opened]]:
    """Opens a file in a context of its own, and watches it."""
    contexts = []

    def open_file(path: Path, target: str = "", **context: object) -> Opened:
        made = browser.new_context(viewport={"width": 1280, "height": 900}, **context)  # type: ignore[arg-type]
        contexts.append(made)
        page = made.new_page()
        found = Opened(page, path.as_uri())
        page.on(
            "console", lambda m: m.type in ("error", "warning") and found.console.append(m.text)
        )
        page.on("pageerror", lambda error: found.console.append(str(error)))
        page.on("dialog", lambda dialog: (found.dialogs.append(dialog.message), dialog.dismiss()))
        page.on(
            "request",
            lambda r: r.url.partition("#")[0] != found.url and found.requests.append(r.url),
        )
        page.goto(found.at(target) if target else found.url)
        return found

    yield open_file
    for made in contexts:
        made.close()
