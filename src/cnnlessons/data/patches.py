"""What a first layer might have learned, without training one: kernels clustered from the patches of two photos.

Used by the lesson "Divide by the neighbours", which needs maps as a trained conv1 would make them.
"""

from functools import cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from cnnlessons.data.photo import image

PATCHES = 6000  # of each photo
DIRECTIONS = 40  # of the 363 in which patches of 11×11 vary: the strongest


@cache
def patch_kernels(number: int = 96, side: int = 11, seed: int = 0) -> Tensor:
    """(number, 3, side, side): the centres of so many clusters of patches, each scaled to length 1.

    The patches are cut from scikit-learn's two photos (CC BY 2.0), made equal in brightness and contrast and whitened,
    and clustered by k-means; centres look like a first layer's edges and colour blobs.
    """
    from sklearn.cluster import KMeans
    from sklearn.datasets import load_sample_image
    from sklearn.feature_extraction.image import extract_patches_2d

    photos = [load_sample_image(name) for name in ("china.jpg", "flower.jpg")]
    cut = [extract_patches_2d(photo, (side, side), max_patches=PATCHES, random_state=seed) for photo in photos]
    patches = np.concatenate(cut).reshape(2 * PATCHES, -1) / 255
    patches = patches - patches.mean(1, keepdims=True)
    patches = patches / (patches.std(1, keepdims=True) + 0.1)
    strength, directions = np.linalg.eigh(np.cov(patches.T))
    white = directions[:, -DIRECTIONS:] / np.sqrt(strength[-DIRECTIONS:] + 0.5)
    centres = KMeans(number, n_init=1, random_state=seed).fit(patches @ white).cluster_centers_ @ white.T
    kernels = torch.tensor(centres, dtype=torch.float32).view(number, side, side, 3).permute(0, 3, 1, 2)
    return F.normalize(kernels.flatten(1)).view_as(kernels)


def tower_responses() -> Tensor:
    """(1, 96, 55, 55): a photo of a Chinese tower, 227×227, pixels less 128, through `patch_kernels` at stride 4."""
    from sklearn.datasets import load_sample_image

    return F.conv2d(image(load_sample_image("china.jpg"), 227) - 128.0, patch_kernels(), stride=4)
