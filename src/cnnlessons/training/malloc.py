"""Where the CPU's memory comes from: a training step frees what the next one needs again."""

import ctypes
import platform
from functools import cache

M_MXFAST, M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = 1, -1, -3  # of glibc's malloc.h
MIB = 2**20


@cache  # once a process is enough
def keep_freed_memory() -> None:
    """Let this process keep up to 1 GiB it has freed, and take blocks under 32 MiB from it.

    By default glibc hands the few MiB of each activation back to the kernel, and every step of the training waits
    for the same pages to be filled with zeros again. It also keeps small blocks apart in "fast bins" and tidies all of
    them up whenever a large block is freed, many times a step; without them it need not. Elsewhere than under glibc
    this does nothing.
    """
    if platform.libc_ver()[0] == "glibc":
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, 32 * MIB)
        libc.mallopt(M_MXFAST, 0)
        libc.mallopt(M_TRIM_THRESHOLD, 1024 * MIB)
