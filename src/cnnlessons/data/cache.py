"""The user's cache: whole, checked files only, each put in place by one rename."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from cnnlessons.data.faults import Fault, plain
from cnnlessons.data.files import named_by

log = logging.getLogger("cnnlessons")

PATIENCE = 1.0  # seconds to wait for another process's lock without a word


def root() -> Path:
    """The folder of the cache: `data` inside CNNLESSONS_CACHE or, without it, where this system keeps caches.

    A Fault if CNNLESSONS_CACHE cannot be a folder.
    """
    return (named_by("CNNLESSONS_CACHE") or platformdirs.user_cache_path("cnnlessons", appauthor=False)) / "data"


def has(name: str) -> bool:
    """Whether the cache holds anything of this set."""
    try:
        return any((root() / name).iterdir())
    except OSError:
        return False


@contextmanager
def _lock(name: str) -> Iterator[None]:
    """Hold the set's lock; the system frees it if a process dies."""
    lock = FileLock(root() / f"{name}.lock")
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        log.warning("%s: another process is downloading it, waiting (lock: %s)", name, lock.lock_file)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@contextmanager
def room(name: str) -> Iterator[Path]:
    """A temporary folder inside the cache, for one process at a time; gone afterwards. A Fault if none can be made."""
    try:
        root().mkdir(parents=True, exist_ok=True)
        (root() / name).mkdir(exist_ok=True)
        with _lock(name):
            for left in root().glob(f"{name}.partial-*/"):  # we hold the lock: of a process that was killed
                shutil.rmtree(left)
            with tempfile.TemporaryDirectory(dir=root(), prefix=f"{name}.partial-") as folder:
                yield Path(folder)
    except (OSError, NotImplementedError) as error:  # NotImplementedError: a file system without locks
        way = "name a folder you can write to in CNNLESSONS_CACHE"
        raise Fault(root() / name, f"the cache cannot be written ({plain(error)})", way) from error


def move_in(folder: Path, name: str) -> None:
    """Move the files of `folder` to their places in the cache, each at once, over older ones of the same name."""
    for file in folder.iterdir():
        os.replace(file, root() / name / file.name)
