"""One file over the network: in a bounded time, of a bounded size, and whole or not at all."""

import http.client
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from tqdm import tqdm

from cnnlessons.data import digest
from cnnlessons.data.faults import Fault, plain

if TYPE_CHECKING:
    from cnnlessons.data.sets import Remote

TIMEOUT = 30.0  # seconds without a byte
SLOWEST = 10_000  # bytes a second that a server must reach on average, TIMEOUT aside


def _fetch(url: str, target: Path, limit: int) -> None:
    """Write what `url` answers into `target`. A Fault if it is cut, larger than `limit` bytes, or far too slow."""
    start = monotonic()
    request = urllib.request.Request(url, headers={"User-Agent": "cnnlessons"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response, open(target, "wb") as out:
        size = response.length  # None: not announced, or not a number
        with tqdm(desc=target.name, total=size, unit="B", unit_scale=True, leave=False) as bar:
            while block := response.read1(1 << 16):  # `read` would wait for the whole block, byte by byte
                out.write(block)
                bar.update(len(block))
                if out.tell() > limit:
                    raise Fault(url, f"is larger than the {limit:,} bytes expected")
                if (taken := monotonic() - start) > TIMEOUT + limit / SLOWEST:
                    raise Fault(url, f"only {out.tell():,} bytes came in {taken:,.0f} seconds")
        if size is not None and out.tell() != size:
            raise Fault(url, f"the download was cut after {out.tell():,} of {size:,} bytes")


def fetch(remote: "Remote", folder: Path, digests: Mapping[str, str], largest: int) -> str:
    """Download a Remote into `folder` from the first of its addresses that gives the right file; return that address.

    Nothing of more than `largest` bytes, unpacked, is stored or read. A Fault, with the reason for each address, if
    none gives the file.
    """
    target = folder / remote.name
    tried = []
    limit = largest + largest // 100 + 1000  # what gzip adds to bytes that it cannot make fewer
    for url in remote.urls:
        try:
            _fetch(url, target, limit)
            digest.check_file(target, digests, largest)
            return url
        except Fault as fault:
            tried.append(f"{url}: {fault.reason}")
        except (OSError, http.client.HTTPException, ValueError) as error:
            # URLError and time-outs are OSErrors; a redirect to an address that is none raises ValueError
            tried.append(f"{url}: {plain(error)}")
    raise Fault(remote.name, f"could not be downloaded ({'; '.join(tried)})")
