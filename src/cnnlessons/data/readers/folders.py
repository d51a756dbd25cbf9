"""Class folders of images (train/CLASS/NAME.jpg, and test/ or val/), plain or in a tar."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch

from cnnlessons.data import digest
from cnnlessons.data.dataset import Split
from cnnlessons.data.decode import decode, middle_square
from cnnlessons.data.faults import Fault
from cnnlessons.data.files import content, contents, members
from cnnlessons.data.readers.contents import Contents, check_counts

if TYPE_CHECKING:
    from cnnlessons.data.sets import Known

SPLITS = {"train": "train", "test": "test", "val": "test"}
SUFFIXES = ("jpg", "jpeg", "png")


class Key(NamedTuple):
    """Which image of a set a file is; sorted, they are in the order of the set before it is mixed."""

    split: str
    label: int
    file: str


def _key(name: str, known: "Known") -> Key | None:
    """The Key of a path; None if it is none of the set's images."""
    part, folder, file = ["", "", *name.split("/")][-3:]
    if part not in SPLITS or folder not in known.folders or file.startswith("."):
        return None
    if file.rpartition(".")[2].lower() not in SUFFIXES:
        return None
    return Key(SPLITS[part], known.folders.index(folder), file)


def _contents(path: Path, known: "Known") -> tuple[list[Key], Iterator[tuple[str, bytes]]]:
    """The images in a folder or a tar, in the order they are best read, and for each its place and its bytes."""
    if path.is_dir():
        found = {key: file for file in path.glob("*/*/*") if (key := _key(file.relative_to(path).as_posix(), known))}
        keys = sorted(found)
        return keys, ((str(found[key]), content(found[key])) for key in keys)
    packed = {key: member for member in members(path) if (key := _key(member.name, known))}
    places = (f"{path}/{member.name}" for member in packed.values())
    return list(packed), zip(places, contents(path, packed.values()), strict=True)


def _note(known: "Known", stored: set[tuple[int, int]], formats: set[str], side: int) -> str:
    """What must be said of images that are not the original ones, and of no known copy."""
    if not known.resizable:
        return f"{known.title} ({' and '.join(sorted(formats))} copy)"
    if len(stored) == 1 and (size := next(iter(stored)))[0] == size[1]:
        return f"{known.title} stored as {size[0]}×{size[1]}{_resized(stored, side)}"
    return f"{known.title} scaled and cropped to {side}×{side}"


def _resized(stored: set[tuple[int, int]], side: int) -> str:
    return "" if stored == {(side, side)} else f", resized to {side}×{side}"


def read(path: Path, known: "Known", size: int | None = None) -> Contents:
    """Contents of class folders or a tar of them, checked by count, and by digest where one is known.

    Known are archives by their name and some copies by their content; the note says "unchecked" of all others, in
    which a damaged image or an exchanged label would not be noticed. Decodes straight into the result, so memory stays
    near its size. Images come in a fixed mixed order, the same from a folder and a tar. With `size`, or where stored
    sizes differ, the middle square is scaled to size×size.
    """
    packed = not path.is_dir()
    checked = packed and digest.check_file(path, known.digests, known.largest)
    keys, images = _contents(path, known)
    side = size or known.shape[-1]
    x: dict[str, torch.Tensor] = {}
    index: dict[Key, int] = {}  # where in its split an image belongs
    splits: dict[str, Split] = {}
    for part, counts in (("train", known.train), ("test", known.test)):
        mine = sorted(key for key in keys if key.split == part)
        check_counts([key.label for key in mine], counts, known.classes, f"{path} ({part})")
        order = np.random.RandomState(0).permutation(len(mine))  # RandomState's numbers are frozen for good
        index |= dict(zip(mine, order.tolist(), strict=True))
        try:
            x[part] = torch.empty((len(mine), known.shape[0], side, side), dtype=torch.uint8)
        except RuntimeError as error:  # what torch raises when the system has no more
            reason = f"at {side}×{side} does not fit into this machine's memory"
            raise Fault(path, reason, "choose a smaller size=") from error
        y = torch.empty(len(mine), dtype=torch.int64)
        y[torch.from_numpy(order)] = torch.tensor([key.label for key in mine], dtype=torch.int64)
        splits[part] = Split(x[part], y)
    digests: dict[str, str] = {}
    stored: set[tuple[int, int]] = set()
    formats: set[str] = set()
    for key, (place, data) in zip(keys, images, strict=True):
        image = decode(data, place)
        if not known.resizable and image.size != (side, side):
            raise Fault(place, f"is {image.width}×{image.height}, where {side}×{side} was expected")
        pixels = np.asarray(middle_square(image.convert("RGB"), side))
        x[key.split].numpy()[index[key]] = pixels.transpose(2, 0, 1)
        stored.add(image.size)
        formats.add(str(image.format))
        digests[f"{key.split}/{known.folders[key.label]}/{key.file}"] = digest.of(data)
    unpacked = digest.of_all(digests)
    if unpacked in known.copies:
        note = known.copies[unpacked] + _resized(stored, side)
    else:
        note = _note(known, stored, formats, side) + ("" if checked else ", unchecked (no digest of it is known)")
    return Contents(splits["train"], splits["test"], digest.of_file(path) if packed else unpacked, note)
