"""Bytes derived from a trace against what PyTorch keeps, sees and frees; and the blocks of its GPU allocator."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnnlessons import CATALOGUE, build, trace
from cnnlessons.experiments.declared.alexnet import TWO_GROUPS
from cnnlessons.memory.blocks import MIB, PAGE, reserved
from cnnlessons.memory.counting import saved_bytes, training_memory
from cnnlessons.memory.live import Live, watch_steps
from cnnlessons.modules import about
from cnnlessons.networks.arch import Arch
from cnnlessons.networks.layers import (
    AdaptiveAvgPool,
    AvgPool,
    Conv,
    Flatten,
    GroupedLRN,
    Layer,
    Linear,
    Local,
    MaxPool,
    Sigmoid,
    WithinMapLRN,
)
from cnnlessons.two_devices.halves import Pair, half


def saved(model, x):
    """Bytes that autograd holds after a forward pass, besides pictures, weights and buffers."""
    own = {t.untyped_storage() for t in (x, *model.parameters(), *model.buffers())}
    held = set()

    def pack(tensor):
        held.add(tensor.untyped_storage())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        out = model(x)
    assert out.requires_grad
    return sum(storage.nbytes() for storage in held - own)


@pytest.mark.parametrize("id", CATALOGUE)
def test_what_is_kept_is_what_autograd_keeps(id):
    arch = CATALOGUE[id]
    with torch.device("meta"):
        model, x = build(arch), torch.empty(3, *arch.input)
        assert sum(saved_bytes(trace(arch), 3).values()) == saved(model, x)


@pytest.mark.parametrize(
    "layers",
    [
        (GroupedLRN("norm", groups=2), Flatten("flat"), Linear("fc", 3)),
        (Local("local", 6, 3, p=1), Flatten("flat"), Linear("fc", 3)),
        (Conv("c", 4, 3), Sigmoid("s"), MaxPool("p", 2), Flatten("flat"), Linear("fc", 3)),
        (Conv("c", 4, (1, 7), s=(1, 2), p=(0, 3)), MaxPool("p", (2, 1), (1, 2)), Flatten("flat"), Linear("fc", 3)),
        (Local("local", 6, (3, 1), p=(1, 0)), AdaptiveAvgPool("mean", (2, 3)), Flatten("flat"), Linear("fc", 3)),
        (AdaptiveAvgPool("mean", (1, 1)), Flatten("flat"), Linear("fc", 3)),
        (Conv("c", 4, 3, s=4, ceil=True), Flatten("flat"), Linear("fc", 3)),
        (Conv("c", 4, (3, 4), s=(2, 5), p=1, ceil=True), WithinMapLRN("norm", 3), Flatten("flat"), Linear("fc", 3)),
        (Conv("c", 2, 3, s=2, table=((0, 1), (2, 3)), ceil=True), Flatten("flat"), Linear("fc", 3)),
        (Conv("c", 2, (3, 2), table=((0, 1), (2, 3))), AvgPool("p", (2, 3)), Flatten("flat"), Linear("fc", 3)),
    ],
)
def test_layers_the_catalogue_lacks(layers):
    arch = Arch("t", "t", (4, 8, 9), (Conv("first", 4, 1), *layers), "test")
    with torch.device("meta"):
        assert sum(saved_bytes(trace(arch), 5).values()) == saved(build(arch), torch.empty(5, 4, 8, 9))


def test_each_half_of_a_network_keeps_its_part():
    pair, x = Pair(build(TWO_GROUPS)), torch.rand(3, *TWO_GROUPS.input)
    assert 2 * sum(saved_bytes(trace(half(TWO_GROUPS)), 3).values()) == saved(pair, x)


def test_the_cpu_keeps_the_same_as_the_meta_device():
    arch = CATALOGUE["lenet-003-corrected"]
    assert sum(saved_bytes(trace(arch), 4).values()) == saved(build(arch), torch.rand(4, *arch.input))


def test_a_layer_without_a_rule_says_so():
    class Odd(Layer):
        pass

    with pytest.raises(TypeError, match="odd: no rule for what autograd saves of Odd"):
        saved_bytes(trace(Arch("t", "t", (1, 4, 4), (Odd("odd"),), "test")))


def test_memory_by_hand():
    arch = Arch("t", "t", (1, 4, 4), (Conv("c", 2, 3), MaxPool("p", 2), Flatten("f"), Linear("fc", 5)), "test")
    found = training_memory(arch, batch=10)
    params = 2 * 9 + 2 + 2 * 5 + 5
    assert found.weights == found.gradients == found.momentum == 4 * params
    assert found.images == 10 * 16 * 4
    # c's 2·2·2 numbers for the pool, the pool's 2 for fc, and where the 2 maxima stood, 8 bytes each
    assert saved_bytes(trace(arch), 10) == {"c": 320, "p": 80 + 160, "f": 0, "fc": 0}
    assert found.total == 3 * 4 * params + 640 + 560


@pytest.mark.parametrize("batch", [0, -1, 1.5, "2"])
def test_a_batch_is_a_whole_number_of_images(batch):
    with pytest.raises(ValueError, match="batch must be a whole number of images from 1"):
        training_memory(CATALOGUE["vgg-A"], batch)


def test_weights_of_the_models_in_study_note_004():
    mib = {
        id: round(training_memory(CATALOGUE[id]).weights / MIB, 1)
        for id in ("alexnet-torchvision", "vgg-A", "vgg-B", "vgg-D", "vgg-E")
    }
    assert list(mib.values()) == [233.1, 506.8, 507.5, 527.8, 548.0]


def step(device):
    """Two steps of a small network, watched."""
    with torch.device(device):
        model = build(CATALOGUE["lenet-003-corrected"])
        x, y = torch.zeros(16, *about(model).input), torch.zeros(16, dtype=torch.long)
        optimiser = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, foreach=False)
        with Live([*model.parameters(), x, y]) as live:
            for _ in range(2):
                optimiser.zero_grad()
                F.cross_entropy(model(x), y).backward()
                optimiser.step()
    return live, training_memory(CATALOGUE["lenet-003-corrected"], 16)


def test_live_sees_weights_gradients_momentum_and_pictures_after_a_step():
    live, expected = step("cpu")
    left = expected.weights + expected.gradients + expected.momentum + expected.images + 16 * 8  # the labels
    assert left <= live.course[-1] <= left + 64  # and a few scalars
    assert live.peak > left


def test_live_is_the_same_on_the_meta_device():
    assert step("cpu")[0].peak == step("meta")[0].peak


def test_live_counts_a_view_once_and_forgets():
    with Live() as live:
        a = torch.zeros(1000)
        b = a.view(10, 100)
        assert live.now == 4000
        del a
        assert live.now == 4000
        del b
        assert live.now == 0
    assert live.peak == 4000


def test_watched_steps_say_what_each_byte_is_for():
    arch = CATALOGUE["lenet-003-corrected"]
    live, expected = watch_steps(arch, 16), training_memory(arch, 16)
    assert [name for _, name in live.marks] == 2 * ["forward", "backward", "update"]
    assert live.peak == step("meta")[0].peak
    assert {name: values[-1] for name, values in live.parts.items()} == pytest.approx(
        {
            "weights": expected.weights,
            "gradients": expected.gradients,
            "momentum": expected.momentum,
            "images": expected.images + 16 * 8,  # and the labels
        },
        abs=64,
    )
    backward = live.marks[1][0]  # the forward pass is over: what is there is weights, images, and what was saved
    rest = live.course[backward - 1] - sum(values[backward - 1] for values in live.parts.values())
    assert expected.saved <= rest <= expected.saved + 16 * 100
    assert not live.parts["momentum"][backward] and not live.parts["gradients"][backward]


def test_blocks_of_the_allocator_by_hand():
    assert reserved([]) == 0
    assert reserved([1]) == reserved([4] * 4096) == PAGE  # 4096 · 512 bytes fill a block
    assert reserved([4] * 4097) == 2 * PAGE
    assert reserved([2 * MIB] * 10) == 20 * MIB  # cut from one block
    assert reserved([10 * MIB - 512] * 2) == 20 * MIB
    assert reserved([10 * MIB + 1]) == 12 * MIB
    assert reserved([11 * MIB, MIB]) == 14 * MIB  # a rest of 1 MiB is not cut


@pytest.mark.parametrize(
    ("id", "mib"),
    [("alexnet-torchvision", 246), ("vgg-A", 514), ("vgg-B", 514), ("vgg-D", 534), ("vgg-E", 574)],
)
def test_blocks_of_loaded_models(id, mib):
    with torch.device("meta"):
        sizes = [p.nbytes for p in build(CATALOGUE[id]).parameters()]
    assert reserved(sizes) == mib * MIB


def test_batch_normalisation_does_not_change_the_blocks():
    with torch.device("meta"):
        for plain in "ABDE":
            model: nn.Module = build(CATALOGUE[f"vgg-{plain}-bn"])
            with_buffers = [
                t.nbytes
                for part in model.modules()
                for t in (*part.parameters(recurse=False), *part.buffers(recurse=False))
            ]
            assert reserved(with_buffers) == reserved([p.nbytes for p in build(CATALOGUE[f"vgg-{plain}"]).parameters()])
