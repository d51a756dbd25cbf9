"""Run what somebody wrote, within a bound of time, and say in a sentence what went wrong."""

import ctypes
import sys
import threading
from collections.abc import Callable
from typing import Any

SECONDS = 10.0  # for one answer, with all its cases


class Wrong(Exception):
    """An answer that cannot be graded; the message is the sentence for its author."""


class TooLong(BaseException):
    """Raised inside a thread that has run out of time; no `except Exception` of an answer catches it."""


def bounded(work: Callable[[], Any], seconds: float = SECONDS) -> Any:
    """What `work` returns. Raises `Wrong` where it takes longer, and what it raises, an exit included, as `Wrong`.

    It runs in a thread of its own, which is stopped at the next line of Python; a single call that never comes back is
    left behind.
    """
    done: dict[str, Any] = {}

    def run() -> None:
        try:
            done["value"] = work()
        except Wrong as wrong:
            done["wrong"] = wrong
        except TooLong:
            pass
        except BaseException as error:  # an answer may raise anything, SystemExit too; none of it is ours
            done["wrong"] = Wrong(f"Your answer raises {said(error)}.")

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if thread.is_alive():
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TooLong))
        raise Wrong(f"Your answer takes more than {seconds:g} seconds; is there a loop that never ends?")
    if "wrong" in done:
        raise done["wrong"]
    if "value" not in done:
        raise Wrong(f"Your answer takes more than {seconds:g} seconds; is there a loop that never ends?")
    return done["value"]


def said(error: BaseException) -> str:
    """An error as one line: its kind and the first line of its message."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # an error of somebody's own may not even have words
        lines = []
    return f"{type(error).__name__}: {lines[0].rstrip('.')}" if lines else type(error).__name__


def still() -> None:
    """Start PyTorch's random numbers anew, if it is there."""
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


def run(program: str, given: str = "") -> dict[str, Any]:
    """The names that a program of ours leaves, after what is `given`."""
    names: dict[str, Any] = {"__name__": "answer"}
    still()
    exec(compile(f"{given}\n", "given", "exec"), names)
    exec(compile(program, "answer", "exec"), names)
    return names
