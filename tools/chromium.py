"""The Chromium of the browser tests and the slides: find it, start it, install it.

python tools/chromium.py          installs one where there is none, if it may
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WANTED = "put chromium or google-chrome on the PATH"
SLOWEST = 120_000  # ms to wait on a busy machine before we say that something hangs


def found() -> str | None:
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def must() -> bool:
    """CI must not go green without the browser; at home what needs it is left out and says why."""
    return os.environ.get("CI") == "true"


@contextmanager
def running(path: str) -> Iterator:
    """A Playwright browser, closed at the end."""
    from playwright.sync_api import sync_playwright  # not needed to install one

    with sync_playwright() as playwright:
        # Chromium refuses to sandbox for root, as in most containers.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


def installed() -> bool:
    """Did apt-get install one?"""
    if not shutil.which("apt-get"):
        return False
    print("── install Chromium for the browser tests", flush=True)
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # without what is recommended: the tests need no desktop around it
    steps = (["update"], ["install", "-y", "--no-install-recommends", "chromium"])
    try:
        return all(subprocess.call([*apt, *step], stdout=subprocess.DEVNULL) == 0 for step in steps)
    except FileNotFoundError:  # no sudo
        return False


def main() -> int:
    """Say nothing if there is a Chromium; where none can be had, fail only in CI."""
    if found() or installed():
        return 0
    print(f"No Chromium found and none could be installed: {WANTED}.", file=sys.stderr)
    return int(must())


if __name__ == "__main__":
    sys.exit(main())
