"""What a reader makes of files: two checked splits, a digest and a note."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from cnnlessons.data.dataset import Split
from cnnlessons.data.faults import Fault

if TYPE_CHECKING:
    from cnnlessons.data.sets import Known


@dataclass(frozen=True, eq=False)
class Contents:
    """What a reader found, before it is known as coming from a folder, the cache or a download."""

    train: Split
    test: Split
    digest: str
    note: str = ""


def check_counts(
    labels: Sequence[int] | np.ndarray, counts: Sequence[int], classes: Sequence[str], path: str | Path
) -> None:
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


def checked_split(
    images: np.ndarray, labels: np.ndarray, counts: Sequence[int], known: "Known", path: str | Path
) -> Split:
    """A Split from arrays: images (N, …), labels (N,); a Fault unless sizes and counts are the known ones."""
    if images.size != len(labels) * np.prod(known.shape):
        raise Fault(path, f"its images are not {len(labels):,} of {'×'.join(map(str, known.shape))}")
    check_counts(labels, counts, known.classes, path)
    images = np.require(images.reshape(-1, *known.shape), np.uint8, ["C", "W"])  # copies only what is read-only
    labels = np.require(labels, np.int64, ["C", "W"])
    return Split(torch.from_numpy(images), torch.from_numpy(labels))
