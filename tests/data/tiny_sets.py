"""Image sets of a few images, and a server on this machine that misbehaves on request."""

import gzip
import hashlib
import io
import pickle
import struct
import tarfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from cnnlessons.data import DataError, cache
from cnnlessons.data.readers import cifar, folders, idx
from cnnlessons.data.sets import Known, Remote

CLASSES = ("ant", "bee")
TRAIN, TEST = (3, 2), (1, 2)


def sha256(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def idx_bytes(array):
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def labels(counts):
    return np.repeat(np.arange(len(counts)), counts)


def idx_files(seed=0):
    """The four files of a tiny MNIST of 4×4 pixels, unpacked: {name: bytes}."""
    random = np.random.RandomState(seed)
    files = {}
    for part, counts in (("train", TRAIN), ("t10k", TEST)):
        files[f"{part}-images-idx3-ubyte"] = idx_bytes(random.randint(0, 256, (sum(counts), 4, 4)))
        files[f"{part}-labels-idx1-ubyte"] = idx_bytes(labels(counts))
    return files


def known_idx(address="http://127.0.0.1:9/", files=None):
    """That set as `load` knows it, at `address`."""
    files = files or idx_files()
    return Known(
        title="Tiny",
        classes=CLASSES,
        shape=(1, 4, 4),
        train=TRAIN,
        test=TEST,
        digests={name: sha256(content) for name, content in files.items()},
        largest=16 + sum(TRAIN) * 4 * 4,
        places=(("Tiny/raw/", idx.read), ("tiny/", idx.read)),
        remote=lambda: tuple(Remote(f"{name}.gz", (f"{address}{name}.gz",)) for name in files),
        downloaded=(".", idx.read),
    )


def picture(seed, size=(8, 8), format="PNG", mode="RGB"):
    """The bytes of a picture of noise, `size` as (width, height)."""
    noise = np.random.RandomState(seed).randint(0, 256, (*size[::-1], 3)).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).convert(mode).save(file, format)
    return file.getvalue()


def class_folders(train=TRAIN, **how):
    """{path: bytes} of a tiny set of pictures in class folders."""
    seeds = iter(range(100))
    return {
        f"{part}/{name}/{n}.{how.get('format', 'PNG').lower()}": picture(next(seeds), **how)
        for part, counts in (("train", train), ("val", TEST))
        for name, count in zip(CLASSES, counts, strict=True)
        for n in range(count)
    }


def tar_bytes(files):
    """The .tar.gz of {path: bytes}."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"tiny/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return out.getvalue()


def known_pictures(archive, address="http://127.0.0.1:9/", resizable=False):
    """A set of pictures whose download is `archive` (bytes)."""
    return Known(
        title="Tiny",
        classes=CLASSES,
        folders=CLASSES,
        shape=(3, 8, 8),
        train=TRAIN,
        test=TEST,
        digests={"tiny.tar.gz": sha256(archive)},
        largest=max(len(archive), 1000),
        places=(("tiny/*.t*", folders.read), ("tiny/", folders.read)),
        remote=lambda: (Remote("tiny.tar.gz", (f"{address}tiny.tar.gz",)),),
        downloaded=("tiny.tar.gz", folders.read),
        resizable=resizable,
    )


def cifar_batches():
    """{name: bytes} of pickled batches of one training image each, and three test images."""
    random = np.random.RandomState(0)
    train = zip((f"data_batch_{n}" for n in range(1, 6)), ([0], [0], [0], [1], [1]), strict=True)
    return {
        name: pickle.dumps({"data": random.randint(0, 256, (len(y), 48)).astype(np.uint8), "labels": y})
        for name, y in (*train, ("test_batch", [0, 1, 1]))
    }


def known_batches(files):
    return Known(
        title="Tiny",
        classes=CLASSES,
        shape=(3, 4, 4),
        train=TRAIN,
        test=TEST,
        digests={name: sha256(content) for name, content in files.items()},
        largest=100_000,
        places=(("tiny/batches/", cifar.read), ("tiny/tiny.tar.gz", cifar.read)),
        remote=lambda: (),
        downloaded=("tiny.tar.gz", cifar.read),
    )


def write(folder, files, pack=False):
    """Write {path: bytes} under `folder`, each as .gz if `pack`; return the folder."""
    for name, content in files.items():
        path = folder / (f"{name}.gz" if pack else name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, mtime=0) if pack else content)
    return folder


class Server(ThreadingHTTPServer):
    """Serves `files`: {name: bytes, or a function that answers a Handler itself}.

    `cut` names files sent by half, `hold` is waited for before any answer.
    """

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.cut, self.asked = {}, set(), []
        self.hold, self.reached = threading.Event(), threading.Event()
        self.hold.set()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request, client_address):
        """A client that hung up is what some tests are about."""


class Handler(BaseHTTPRequestHandler):
    """Answers GET from its server's files."""

    def do_GET(self):
        name = self.path.lstrip("/")
        self.server.asked.append(name)
        self.server.reached.set()
        self.server.hold.wait(60)
        if name not in self.server.files:
            self.send_error(404)
            return
        content = self.server.files[name]
        if callable(content):
            content(self)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if name in self.server.cut else content)

    def log_message(self, format, *args):
        """Nothing on the screen."""


@contextmanager
def serving(files=()):
    """A Server running in the background."""
    with Server() as server:
        server.files = dict(files)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.hold.set()
            server.shutdown()
            thread.join()


def fails(reason, name="tiny"):
    """Expects a DataError that gives `reason` (a regular expression) and, after it, three ways out."""
    return pytest.raises(DataError, match=rf"^{name}: .*{reason}.*Ways out: [^;]+; [^;]+; or use load\(\"mnist-5k\"\)")


def cached():
    """The names under the cache, locks aside."""
    files = (path for path in cache.root().rglob("*") if path.suffix != ".lock")
    return sorted(path.relative_to(cache.root()).as_posix() for path in files)
