"""Class folders of pictures (train/CLASS/NAME.jpg, and test/ or val/), plain or in a tar."""

import io
import tarfile
import zlib

import numpy as np
import torch
from PIL import Image

from cnnlessons.data import digest
from cnnlessons.data.dataset import Split
from cnnlessons.data.faults import Fault
from cnnlessons.data.readers.contents import Contents, check_counts

SPLITS = {"train": "train", "test": "test", "val": "test"}
FORMATS = {"jpg": "JPEG", "jpeg": "JPEG", "png": "PNG"}


def _key(name, known):
    """(split, label, file name) of a picture's path, or None: not one of the set's pictures."""
    *_, part, folder, file = "", "", *name.split("/")
    if part not in SPLITS or folder not in known.folders or file.startswith(".") or not _format(file):
        return None
    return SPLITS[part], known.folders.index(folder), file


def _format(file):
    return FORMATS.get(file.rpartition(".")[2].lower())


class _Folder:
    """Pictures of an unpacked set: keys in the order they are best read, and the bytes of each."""

    def __init__(self, path, known):
        found = ((_key(file.relative_to(path).as_posix(), known), file) for file in path.glob("*/*/*"))
        self.files = {key: file for key, file in found if key}

    def __iter__(self):
        return ((key, self.files[key], self.files[key].read_bytes()) for key in sorted(self.files))


class _Tar:
    """The same of a tar, read in its own order, so that nothing of it is kept."""

    def __init__(self, path, known):
        self.path = path
        with tarfile.open(path) as tar:
            self.files = {key: member for member in tar if member.isfile() and (key := _key(member.name, known))}

    def __iter__(self):
        with tarfile.open(self.path) as tar:  # members know their offsets: the headers are not read again
            for key, member in self.files.items():
                yield key, f"{self.path}/{member.name}", tar.extractfile(member).read()


def _decode(content, file, shape, fixed):
    """A picture as (H, W, 3) uint8 and its stored size; scaled and cropped to `shape` unless that is `fixed`."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            stored, picture = picture.size, picture.convert("RGB")
    except (OSError, SyntaxError, ValueError) as error:  # what Pillow raises for damaged files
        raise Fault(file, f"is not a readable picture ({error})") from error
    wide, high = stored
    side = shape[-1]
    if stored == (side, side):
        return np.asarray(picture), stored
    if fixed:
        raise Fault(file, f"is {wide}×{high}, where {side}×{side} was expected")
    short = min(stored)
    left, top = (wide - short) // 2, (high - short) // 2
    box = (left, top, left + short, top + short)
    return np.asarray(picture.resize((side, side), Image.Resampling.BILINEAR, box=box)), stored


def _note(known, found, stored, formats, side):
    """What must be said of pictures that are not the original ones."""
    (wide, high), *others = sorted(stored)
    one_square = not others and wide == high
    resized = f", resized to {side}×{side}" if one_square and wide != side else ""
    if found in known.notes:
        return known.notes[found] + resized
    if not known.resizable:
        return f"{known.title} ({' and '.join(sorted(formats))} copy)"
    how = f"stored as {wide}×{high}{resized}" if one_square else f"scaled and cropped to {side}×{side}"
    return f"{known.title} {how}"


def read(path, known, size=None):
    """Contents of class folders or a tar of them, checked by count, and by digest if a file of that name is known.

    Decodes straight into the result, so memory stays near its size. Pictures come in a fixed mixed order, the same from
    a folder and a tar. With `size`, or where stored sizes differ, the middle square is scaled to size×size.
    """
    try:
        if path.is_file():
            digest.check_file(path, known.digests)
            return _read(path, _Tar(path, known), known, size)
        return _read(path, _Folder(path, known), known, size)
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        raise Fault(path, f"cannot be read to its end ({error})") from error


def _read(path, pictures, known, size):
    side = size or known.shape[-1]
    shape = (known.shape[0], side, side)
    x, rows, splits = {}, {}, {}
    for part, counts in (("train", known.train), ("test", known.test)):
        keys = sorted(key for key in pictures.files if key[0] == part)
        check_counts([label for _, label, _ in keys], counts, known.classes, f"{path} ({part})")
        order = np.random.RandomState(0).permutation(len(keys))  # RandomState's numbers are frozen for good
        rows |= dict(zip(keys, order.tolist(), strict=True))
        x[part] = torch.empty((len(keys), *shape), dtype=torch.uint8)
        y = torch.empty(len(keys), dtype=torch.int64)
        y[torch.from_numpy(order)] = torch.tensor([label for _, label, _ in keys], dtype=torch.int64)
        splits[part] = Split(x[part], y)
    digests, stored, formats = {}, set(), set()
    for (part, label, file), where, content in pictures:
        pixels, was = _decode(content, where, shape, fixed=not known.resizable)
        x[part].numpy()[rows[part, label, file]] = pixels.transpose(2, 0, 1)
        stored.add(was)
        formats.add(_format(file))
        digests[f"{part}/{known.folders[label]}/{file}"] = digest.of(content)
    found = digest.of_file(path) if path.is_file() else digest.of_all(digests)
    return Contents(splits["train"], splits["test"], found, _note(known, found, stored, formats, side))
