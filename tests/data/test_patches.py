"""Kernels of patches: their shape, their length, and that they answer to edges and not to brightness."""

import pytest
import torch
from torch.nn import functional as F

from cnnlessons.data.patches import patch_kernels, tower_responses


@pytest.fixture(scope="module")
def kernels():
    return patch_kernels()


def test_kernels_have_conv1s_shape_and_length_one(kernels):
    assert kernels.shape == (96, 3, 11, 11)
    assert torch.allclose(kernels.flatten(1).norm(dim=1), torch.ones(96), atol=1e-5)


def test_kernels_see_form_and_not_brightness(kernels):
    flat, edge = torch.full((1, 3, 11, 11), 100.0), torch.zeros(1, 3, 11, 11)
    edge[..., :5], edge[..., 5:] = -100.0, 100.0
    assert F.conv2d(flat, kernels).abs().max() < 0.1 * F.conv2d(edge, kernels).abs().max()


def test_responses_are_as_large_as_kernels_of_length_one_allow():
    responses = tower_responses()
    assert responses.shape == (1, 96, 55, 55)
    assert 300 < responses.max() < 128 * 363**0.5
