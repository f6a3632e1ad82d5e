"""A real browser without a window, in which tests look at pages; and pictures of what it shows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")

PICTURES = Path(
    os.environ.get("GREENROOM_TEST_PICTURES")
    or Path(__file__).parents[1] / ".artifacts" / "pictures"
)
"""Where pictures are kept, for whoever looks at them after the tests."""

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


def program() -> str:
    """The browser's program; without one the test is skipped, or fails in CI."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found:
        return found
    words = "no chromium is on the PATH; scripts/servers installs it"
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def running() -> Iterator[Browser]:
    """A browser; as root it runs without its sandbox, which needs another user."""
    path = program()
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Watched:
    """Opens pages, and notes what a page must not do."""

    browser: Browser
    misdeeds: list[str] = field(default_factory=list)

    def open(
        self,
        file: Path,
        fragment: str = "",
        *,
        size: str = "desktop",
        scheme: str = "light",
        scripts: bool = True,
    ) -> Page:
        """Open a file; nothing else can be loaded."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
            timezone_id="UTC",
        )
        context.set_default_timeout(10_000)
        address = file.as_uri()

        def answer(route: Route) -> None:
            if route.request.url.partition("#")[0] == address:
                route.continue_()
            elif not route.request.url.startswith("data:"):
                self.misdeeds.append(f"request: {route.request.url}")
                route.abort()
            else:
                route.continue_()

        context.route("**/*", answer)
        page = context.new_page()
        page.on("console", lambda one: self.misdeeds.append(f"console: {one.text}"))
        page.on("pageerror", lambda one: self.misdeeds.append(f"error: {one}"))
        page.on("popup", lambda one: self.misdeeds.append(f"popup: {one.url}"))

        def dismiss(dialog: object) -> None:
            self.misdeeds.append(f"dialog: {dialog}")
            dialog.dismiss()  # type: ignore[attr-defined]

        page.on("dialog", dismiss)
        page.goto(f"{address}{fragment}")
        return page

    def close(self) -> None:
        """Close all pages."""
        for context in self.browser.contexts:
            context.close()


def picture(page: Page, name: str, *, whole: bool = False) -> None:
    """Keep a picture of what is shown."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=whole, animations="disabled")
