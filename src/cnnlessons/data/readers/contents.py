"""What a reader makes of files: two checked splits, a digest and a note."""

from dataclasses import dataclass

import numpy as np
import torch

from cnnlessons.data.dataset import Split
from cnnlessons.data.faults import Fault


@dataclass(frozen=True, eq=False)
class Contents:
    """What a reader found, before it is known as coming from a folder, the cache or a download."""

    train: Split
    test: Split
    digest: str
    note: str = ""


def check_counts(labels, counts, classes, path):
    """Raise a Fault unless `labels` holds each class as often as `counts` says."""
    found = np.bincount(np.asarray(labels, dtype=np.int64), minlength=len(counts))
    if len(found) > len(counts):
        raise Fault(path, f"has label {len(found) - 1}, where {len(counts) - 1} is the last")
    for name, is_, should in zip(classes, found, counts, strict=True):
        if is_ != should:
            raise Fault(
                path,
                f"holds {found.sum():,} images where {sum(counts):,} were expected "
                f"(first difference: {is_:,} of {should:,} of class {name!r})",
            )


def split(images, labels, counts, known, path):
    """A Split from arrays: images (N, …), labels (N,); a Fault unless sizes and counts are the known ones."""
    if images.size != len(labels) * np.prod(known.shape):
        raise Fault(path, f"its images are not {len(labels):,} of {'×'.join(map(str, known.shape))}")
    check_counts(labels, counts, known.classes, path)
    images = images.reshape(-1, *known.shape)
    images, labels = (
        np.require(images, np.uint8, "CW"),
        np.require(labels, np.int64, "CW"),
    )  # copies only what is read-only
    return Split(torch.from_numpy(images), torch.from_numpy(labels))
