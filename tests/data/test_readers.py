"""The file formats: idx, class folders of pictures, pickled batches."""

import pickle
import struct
from dataclasses import replace

import numpy as np
import pytest
import tiny_sets
import torch
from PIL import Image
from tiny_sets import TEST, TRAIN, labels, write
from torchvision import datasets

from cnnlessons.data.faults import Fault
from cnnlessons.data.readers import cifar, folders, idx
from cnnlessons.data.sets import KNOWN


def test_idx_by_hand():
    content = bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9])
    assert idx.parse(content, "hand").tolist() == [[7, 8, 9]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "not an idx file"),
        (b"\x89PNG....", "not an idx file"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 0]), "not an idx file"),  # floats
        (bytes([0, 0, 8, 3, 0, 0]), "is cut"),
        (struct.pack(">4BI", 0, 0, 8, 1, 5) + b"1234", "is cut or padded: 12 bytes, where its header announces 13"),
        (struct.pack(">4BI", 0, 0, 8, 1, 5) + b"123456", "is cut or padded"),
        (struct.pack(">4BII", 0, 0, 8, 2, 2**32 - 1, 2**32 - 1) + b"1", "announces 18,446,744,065,119,617,037"),
        (struct.pack(">4BIII", 0, 0, 8, 3, 2**31, 2**31, 4), "announces 18,446,744,073,709,551,632"),  # 0 mod 2^64
        (struct.pack(">4BIII", 0, 0, 8, 3, 0, 2**32 - 1, 2**32 - 1), "is empty"),
        (bytes([0, 0, 8, 65]) + bytes([0, 0, 0, 1]) * 65 + b"1", "announces 65 dimensions"),
        (bytes([0, 0, 8, 0, 1]), "announces 0 dimensions"),
    ],
)
def test_idx_of_the_wrong_length_is_refused(content, reason):
    with pytest.raises(Fault, match=reason):
        idx.parse(content, "file")


@pytest.mark.parametrize("pack", [True, False])
def test_idx_agrees_with_torchvision(tmp_path, pack):
    raw = write(tmp_path / "MNIST" / "raw", tiny_sets.idx_files())
    contents = idx.read(write(tmp_path / "ours", tiny_sets.idx_files(), pack=pack), tiny_sets.known_idx())
    for split, train in ((contents.train, True), (contents.test, False)):
        oracle = datasets.MNIST(raw.parents[1], train=train)
        assert torch.equal(split.x[:, 0], oracle.data)
        assert torch.equal(split.y, oracle.targets)


def test_idx_gives_the_same_digest_packed_or_not(tmp_path):
    files, known = tiny_sets.idx_files(), tiny_sets.known_idx()
    packed = idx.read(write(tmp_path / "packed", files, pack=True), known)
    assert packed.digest == idx.read(write(tmp_path / "plain", files), known).digest


def test_images_and_labels_of_different_number_are_refused(tmp_path):
    files = tiny_sets.idx_files()
    files["train-labels-idx1-ubyte"] = tiny_sets.idx_bytes(labels((2, 2)))
    with pytest.raises(Fault, match=r"its images are not 4 of 1×4×4"):
        idx.read(write(tmp_path, files), tiny_sets.known_idx(files=files))


def test_a_label_that_is_no_class_is_refused(tmp_path):
    files = tiny_sets.idx_files()
    files["t10k-labels-idx1-ubyte"] = tiny_sets.idx_bytes(np.array([0, 1, 7]))
    with pytest.raises(Fault, match="has label 7, where 1 is the last"):
        idx.read(write(tmp_path, files), tiny_sets.known_idx(files=files))


def archive(tmp_path, files):
    (tmp_path / "tiny.tar.gz").write_bytes(tiny_sets.tar_bytes(files))
    return tmp_path / "tiny.tar.gz", tiny_sets.known_pictures((tmp_path / "tiny.tar.gz").read_bytes())


def test_pictures_are_the_same_from_a_folder_and_a_tar(tmp_path):
    files = tiny_sets.class_folders()
    path, known = archive(tmp_path, dict(reversed(files.items())))  # a tar has any order
    from_tar, from_folder = folders.read(path, known), folders.read(write(tmp_path / "tiny", files), known)
    assert torch.equal(from_tar.train.x, from_folder.train.x)
    assert torch.equal(from_tar.train.y, from_folder.train.y)
    assert torch.equal(from_tar.test.x, from_folder.test.x)


def test_every_picture_comes_once_with_its_label(tmp_path):
    folder = write(tmp_path, tiny_sets.class_folders())
    train = folders.read(folder, tiny_sets.known_pictures(b"")).train
    oracle = datasets.ImageFolder(folder / "train")
    wanted = {(np.asarray(image).tobytes(), label) for image, label in oracle}
    assert {(x.permute(1, 2, 0).numpy().tobytes(), int(y)) for x, y in zip(train.x, train.y, strict=True)} == wanted
    assert len(wanted) == len(train) == sum(TRAIN)


def test_pictures_are_in_mixed_order(tmp_path):
    many = (20, 20)
    known = replace(tiny_sets.known_pictures(b""), train=many)
    train = folders.read(write(tmp_path, tiny_sets.class_folders(train=many)), known).train
    assert train.take(10).y.unique().tolist() == [0, 1]
    assert train.y.tolist() != sorted(train.y.tolist())


def test_grey_pictures_become_colour(tmp_path):
    train = folders.read(write(tmp_path, tiny_sets.class_folders(mode="L")), tiny_sets.known_pictures(b"")).train
    assert torch.equal(train.x[:, 0], train.x[:, 2])


def test_a_missing_picture_is_told_by_class(tmp_path):
    files = tiny_sets.class_folders()
    del files["train/bee/1.png"]
    with pytest.raises(Fault, match=r"\(train\): holds 4 images where 5 were expected .*1 of 2 of class 'bee'"):
        folders.read(write(tmp_path, files), tiny_sets.known_pictures(b""))


def test_files_of_the_system_are_not_pictures(tmp_path):
    files = tiny_sets.class_folders()
    clutter = {"train/ant/.DS_Store": b"", "train/ant/._0.png": b"", "train/ant/Thumbs.db": b"", "noisy.csv": b""}
    assert len(folders.read(write(tmp_path, files | clutter), tiny_sets.known_pictures(b"")).train) == sum(TRAIN)


def test_a_damaged_picture_is_named(tmp_path):
    files = tiny_sets.class_folders()
    files["val/bee/1.png"] = files["val/bee/1.png"][:60]
    path, known = archive(tmp_path, files)
    with pytest.raises(Fault, match=r"val/bee/1\.png: is not a readable image"):
        folders.read(path, known)


def test_pictures_of_another_size_are_refused_where_the_set_has_one(tmp_path):
    with pytest.raises(Fault, match="is 9×8, where 8×8 was expected"):
        folders.read(write(tmp_path, tiny_sets.class_folders(size=(9, 8))), tiny_sets.known_pictures(b""))


def test_size_takes_the_middle_square(tmp_path):
    known = tiny_sets.known_pictures(b"", resizable=True)
    contents = folders.read(write(tmp_path, tiny_sets.class_folders(size=(12, 8))), known)
    with Image.open(tmp_path / "train" / "ant" / "0.png") as picture:
        middle = np.asarray(picture)[:, 2:10].transpose(2, 0, 1)
    assert any(torch.equal(x, torch.tensor(middle)) for x in contents.train.x)
    assert contents.note == "Tiny scaled and cropped to 8×8, unchecked (no digest of it is known)"
    small = folders.read(tmp_path, known, size=4)
    assert small.train.x.shape == (5, 3, 4, 4)


@pytest.mark.parametrize(
    ("resizable", "how", "size", "note"),
    [
        (False, {"format": "JPEG"}, None, "Tiny (JPEG copy)"),
        (False, {}, None, "Tiny (PNG copy)"),
        (True, {}, None, "Tiny stored as 8×8"),
        (True, {}, 4, "Tiny stored as 8×8, resized to 4×4"),
    ],
)
def test_a_copy_says_what_it_is(tmp_path, resizable, how, size, note):
    known = tiny_sets.known_pictures(b"", resizable=resizable)
    assert (
        folders.read(write(tmp_path, tiny_sets.class_folders(**how)), known, size).note
        == f"{note}, unchecked (no digest of it is known)"
    )


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
def test_a_cut_archive_is_refused_by_its_digest_and_by_itself(tmp_path, keep):
    path, known = archive(tmp_path, tiny_sets.class_folders())
    path.write_bytes(path.read_bytes()[: int(keep * path.stat().st_size)])
    with pytest.raises(Fault, match="its sha256 is"):
        folders.read(path, known)
    with pytest.raises(Fault, match=r"cannot be read to its end|images where"):
        folders.read(path.rename(tmp_path / "other.tar.gz"), known)


@pytest.mark.parametrize("packed", [True, False])
def test_batches_are_exact(tmp_path, packed):
    files = tiny_sets.cifar_batches()
    known = tiny_sets.known_batches(files)
    (tmp_path / "tiny.tar.gz").write_bytes(tiny_sets.tar_bytes(files))
    contents = cifar.read(tmp_path / "tiny.tar.gz" if packed else write(tmp_path / "plain", files), known)
    assert contents.train.y.tolist() == [0, 0, 0, 1, 1]
    assert contents.train.x[3].flatten().tolist() == pickle.loads(files["data_batch_4"])["data"][0].tolist()
    assert len(contents.test) == sum(TEST)
    assert contents.note == ""


def test_a_missing_batch_is_named(tmp_path):
    files = tiny_sets.cifar_batches()
    known = tiny_sets.known_batches(files)
    del files["data_batch_5"]
    with pytest.raises(Fault, match="data_batch_5 is missing"):
        cifar.read(write(tmp_path, files), known)


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("a batch of the wrong digest was unpickled",)


def test_a_foreign_batch_is_never_unpickled(tmp_path):
    files = tiny_sets.cifar_batches()
    known = tiny_sets.known_batches(files)
    with pytest.raises(Fault, match="data_batch_2: its sha256 is"):
        cifar.read(write(tmp_path, files | {"data_batch_2": pickle.dumps(Bomb())}), known)


def test_the_table_agrees_with_torchvision():
    cifar = dict(datasets.CIFAR10.train_list + datasets.CIFAR10.test_list)
    ours = {k: v for k, v in KNOWN["cifar10"].digests.items() if k in cifar}
    assert ours == {name: f"md5:{md5}" for name, md5 in cifar.items()}
    for url, md5 in datasets.Imagenette._ARCHIVES.values():
        assert KNOWN["imagenette"].digests[url.rpartition("/")[2]] == f"md5:{md5}"
    names = [names[0] for _, names in sorted(datasets.Imagenette._WNID_TO_CLASS.items())]
    assert list(KNOWN["imagenette"].classes) == names
    assert list(KNOWN["fashion-mnist"].classes) == datasets.FashionMNIST.classes


@pytest.mark.parametrize(
    ("name", "train", "test"),
    [  # the papers' counts; Imagenette's are those of fastai's list noisy_imagenette.csv
        ("mnist", 60_000, 10_000),
        ("fashion-mnist", 60_000, 10_000),
        ("cifar10", 50_000, 10_000),
        ("imagenette", 9_469, 3_925),
    ],
)
def test_the_table_counts_every_image(name, train, test):
    known = KNOWN[name]
    assert (sum(known.train), sum(known.test)) == (train, test)
    assert len(known.train) == len(known.test) == len(known.classes) == 10


@pytest.mark.parametrize("name", KNOWN)
def test_every_file_to_download_has_an_address_and_a_digest(name):
    for remote in KNOWN[name].remote():
        assert all(url.startswith("http") and url.endswith(remote.name) for url in remote.urls)
        assert {remote.name, remote.name.removesuffix(".gz")} & set(KNOWN[name].digests)
