"""Pages strewn with digits (their contents: tests/networks/test_input_sizes.py, beside the network that reads them)."""

import numpy as np
import pytest
import torch

from cnnlessons.data import Split
from cnnlessons.data.strewn import FIELD, strew_digits


def split(*shape):
    return Split(torch.full(shape, 255, dtype=torch.uint8), torch.arange(shape[0]))


def test_a_digit_as_large_as_its_field_fills_it():
    page, truth = strew_digits(np.random.default_rng(0), split(1, 1, FIELD, FIELD), 1, 2, share=1)
    assert page.shape == (FIELD, 2 * FIELD) and page.eq(1).all()
    assert truth[:, :FIELD].eq(0).sum() == 400 and truth[:, :FIELD].eq(1).sum() == FIELD**2 - 400


@pytest.mark.parametrize("shape", [(2, 3, 28, 28), (2, 1, 28, 30), (2, 1, 37, 37), (2, 1, 19, 19), (0, 1, 28, 28)])
def test_images_that_fit_no_field_are_refused(shape):
    with pytest.raises(ValueError, match="split must hold square grey images of 20 to 36 pixels a side, not Split"):
        strew_digits(np.random.default_rng(0), split(*shape), 1, 1)


def test_a_share_is_a_share():
    with pytest.raises(ValueError, match=r"share=1\.5: .* must be 0 … 1"):
        strew_digits(np.random.default_rng(0), split(1, 1, 28, 28), 1, 1, share=1.5)
