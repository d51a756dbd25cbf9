"""Files that outlive a full disk and a power cut: a line appended whole, a file written whole."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
MAKE_ROOM = "the finished rows are kept: make room, then run the same command again"


def append(path: Path, line: bytes) -> None:
    """Add `line` to a file, down to the device; on an error the file is as it was.

    A last line without its end, left by a process that died, was never whole and is cut off first.
    Raises `OSError`; on a full disk it names the way out.
    """
    fresh = not path.exists()
    with path.open("a+b", buffering=0) as file:
        file.seek(0)
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
        rest = memoryview(line)
        try:
            while rest:  # a disk that is nearly full takes a part, and says so at the next attempt
                rest = rest[os.write(file.fileno(), rest) :]
            os.fsync(file.fileno())
        except OSError as error:
            file.truncate(whole)
            raise _explained(error, path) from error
    if fresh:
        _sync_folder(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Put a file of this text in place, whole or not at all, even if the power goes at any moment. Raises `OSError`."""
    draft = path.with_name(f"{path.name}.{uuid4().hex[:8]}.tmp")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise _explained(error, path) from error
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Bring the names of a folder down to the device. Windows has no such call and does it by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _explained(error: OSError, path: Path) -> OSError:
    """The same error, with the way out if the disk is full."""
    if error.errno not in FULL:
        return error
    return OSError(error.errno, f"{os.strerror(error.errno)}; {MAKE_ROOM}", str(path))
