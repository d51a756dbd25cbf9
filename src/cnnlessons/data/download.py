"""One file over the network: with a time-out, and whole or not at all."""

import http.client
import urllib.request

from tqdm import tqdm

from cnnlessons.data import digest
from cnnlessons.data.faults import Fault

TIMEOUT = 30.0  # seconds without a byte


def _fetch(url, target):
    request = urllib.request.Request(url, headers={"User-Agent": "cnnlessons"})
    with urllib.request.urlopen(request, timeout=TIMEOUT) as response, open(target, "wb") as out:
        size = response.headers["Content-Length"]
        size = int(size) if size else None
        with tqdm(desc=target.name, total=size, unit="B", unit_scale=True, leave=False) as bar:
            while block := response.read(1 << 16):
                out.write(block)
                bar.update(len(block))
        if size is not None and out.tell() != size:
            raise Fault(url, f"the download was cut after {out.tell():,} of {size:,} bytes")


def fetch(remote, folder, digests):
    """Download a Remote into `folder` from the first of its addresses that gives the right file; return that address.

    torchvision's own download has no time-out and does not see a cut one of unknown digest; hence this.
    """
    target, tried = folder / remote.name, []
    for url in remote.urls:
        try:
            _fetch(url, target)
            digest.check_file(target, digests)
            return url
        except Fault as fault:
            tried.append(f"{url}: {fault.reason}")
        except (OSError, http.client.HTTPException) as error:  # URLError and time-outs are OSErrors
            tried.append(f"{url}: {error or type(error).__name__}")
    raise Fault(remote.name, f"could not be downloaded ({'; '.join(tried)})")
