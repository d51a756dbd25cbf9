"""What the tests of the image sets share: a cache of their own, no network, and a tiny set."""

import gzip
import socket

import pytest
import tiny_sets
from tiny_sets import serving

from cnnlessons.data.sets import KNOWN


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """A cache of its own, no data folder, and no network but this machine's."""
    resolve = socket.getaddrinfo

    def local(host, *rest, **options):
        if host != "127.0.0.1":
            raise socket.gaierror(f"this test may not connect to {host}")
        return resolve(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", local)
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("CNNLESSONS_DATA", raising=False)
    monkeypatch.setenv("CNNLESSONS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def tiny(monkeypatch, server):
    """The set "tiny", four idx files, known to `load` and served."""
    server.files |= {f"{name}.gz": gzip.compress(content) for name, content in tiny_sets.idx_files().items()}
    monkeypatch.setitem(KNOWN, "tiny", tiny_sets.known_idx(server.address))
    return server


@pytest.fixture
def archive(monkeypatch, server):
    """A function that makes "tiny" a downloaded archive of the given files."""

    def make(files):
        server.files["tiny.tar.gz"] = tiny_sets.tar_bytes(files)
        known = tiny_sets.known_pictures(server.files["tiny.tar.gz"], server.address)
        monkeypatch.setitem(KNOWN, "tiny", known)
        return server

    return make
