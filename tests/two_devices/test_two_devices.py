"""A network in two halves is the network: outputs, gradients and training, in one process and in two."""

import subprocess

import pytest
import torch
from torch.nn.functional import cross_entropy

from cnnlessons import CATALOGUE, Arch, Recipe, build, fit, load, trace
from cnnlessons.errors import ShapeError, UnknownName
from cnnlessons.modules import module
from cnnlessons.networks.layers import LRN, BatchNorm, Conv, Flatten, GroupedLRN, Linear, MaxPool, ReLU, Softmax
from cnnlessons.two_devices import processes
from cnnlessons.two_devices.halves import Exchange, Pair, build_half, deal, half, join
from cnnlessons.two_devices.processes import Steps, torchrun, train

ALEXNET = CATALOGUE["alexnet-2012"].map(lambda layer: GroupedLRN(layer.name) if isinstance(layer, LRN) else layer)
SMALL = Arch(
    "small",
    "Small",
    (1, 16, 16),
    (
        Conv("conv1", 8, 3, p=1),
        ReLU("relu1"),
        GroupedLRN("norm1"),
        MaxPool("pool1", 2),
        Conv("conv2", 8, 3, p=1, groups=2),
        BatchNorm("bn2"),
        ReLU("relu2"),
        Conv("conv3", 12, 3, p=1),
        ReLU("relu3"),
        Conv("conv4", 8, 3, p=1, groups=4),
        ReLU("relu4"),
        MaxPool("pool4", 2),
        Flatten("flatten"),
        Linear("fc5", 16),
        ReLU("relu5"),
        Linear("fc6", 10),
        Softmax("softmax"),
    ),
    "this test",
)
PLAIN = SMALL.change(bn2=None, softmax=None)


def batch(n=8):
    torch.manual_seed(0)
    return torch.rand(n, 1, 16, 16), torch.arange(n) % 10


def gradients_of(model, x, y):
    model.eval()
    cross_entropy(model(x), y).backward()
    return {name: p.grad for name, p in model.named_parameters()}


def close(a, b, atol=1e-6):
    assert a.keys() == b.keys()
    for name in a:
        torch.testing.assert_close(a[name], b[name], atol=atol, rtol=1e-5)


def test_alexnet_meets_before_conv3_and_the_dense_layers():
    assert [row.layer.name for row in trace(half(ALEXNET)) if isinstance(row.layer, Exchange)] == [
        "to conv3",
        "to fc6",
        "to fc7",
        "to fc8",
        "to loss",
    ]


def test_the_halves_share_out_parameters_and_work():
    whole, part = trace(ALEXNET), trace(half(ALEXNET))
    assert (2 * part.params, 2 * part.macs) == (whole.params, whole.macs)
    assert part[-1].shape_out == whole[-1].shape_out
    assert part["conv2"].shape_out == (128, 27, 27) and part["fc6"].shape_in == (9216,)  # paper's Fig. 2


def test_without_groups_every_convolution_but_the_first_needs_an_exchange():
    plain = CATALOGUE["alexnet-2012-no-groups"].change(norm1=None, norm2=None)
    names = [layer.name for layer in half(plain).layers if isinstance(layer, Exchange)]
    assert names[:4] == ["to conv2", "to conv3", "to conv4", "to conv5"]


def test_an_exchange_keeps_its_place_in_a_nested_network():
    model = build(CATALOGUE["alexnet-torchvision"], (3, 64, 64)).eval()
    x = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(Pair(model).eval()(x), model(x), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "layers, wrong",
    [
        ({"norm1": LRN("norm1")}, "GroupedLRN"),
        ({"conv3": Conv("conv3", 13, 3, p=1)}, "13 maps"),
        ({"conv2": Conv("conv2", 6, 3, p=1, groups=1), "conv4": Conv("conv4", 9, 3, p=1, groups=3)}, "conv4: 9 maps"),
        ({"fc6": Linear("fc6", 9)}, "fc6: 9 units"),
        ({"conv1": Conv("conv1", 8, 3, groups=2)}, "reads all of the input"),
    ],
)
def test_what_cannot_be_cut_is_named(layers, wrong):
    with pytest.raises(ShapeError, match=wrong):
        half(SMALL.change(**layers))


def test_deal_and_join_are_opposites():
    state = build(SMALL).state_dict()
    close(join(deal(state, 0), deal(state, 1)), state, atol=0)


@pytest.mark.parametrize(("precision", "near"), [(torch.float32, 1e-6), (torch.float64, 1e-15)])
def test_two_halves_answer_as_the_whole_does(precision, near):
    model = build(SMALL).eval().to(precision)
    x = batch()[0].to(precision)
    torch.testing.assert_close(Pair(model).eval()(x), model(x), atol=near, rtol=10 * near)


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA devices")
def test_two_gpus_answer_as_one_cpu_does():
    model = build(PLAIN).eval()
    x, _ = batch()
    with torch.backends.cudnn.flags(allow_tf32=False):
        out = Pair(model, ("cuda:0", "cuda:1")).eval()(x)
    assert out.device == torch.device("cuda:0")
    torch.testing.assert_close(out.cpu(), model(x), atol=1e-5, rtol=1e-5)


@pytest.mark.skipif(torch.cuda.device_count() < 2, reason="needs two CUDA devices")
def test_two_gpus_train_and_keep_their_halves():
    digits = load("mnist-5k").train.take(400)
    pair = Pair(build(CATALOGUE["lenet-002-relu"].change(softmax=None)), ("cuda:0", "cuda:1"))
    first, *_, last = fit(pair, digits, digits, Recipe(epochs=4))
    assert last.test_loss < first.test_loss
    assert [next(half.parameters()).device.index for half in pair.halves] == [0, 1]


def test_two_halves_have_the_gradients_of_the_whole():
    model, (x, y) = build(PLAIN), batch()
    pair = Pair(model)
    found = gradients_of(pair, x, y)
    own = [
        {name.removeprefix(f"halves.{i}."): g for name, g in found.items() if name.startswith(f"halves.{i}")}
        for i in (0, 1)
    ]
    close(join(*own), gradients_of(model, x, y))


def test_two_halves_train_as_the_whole_does():
    digits, recipe = load("mnist-5k"), Recipe(epochs=1, batch=50)
    few, some = digits.train.take(200), digits.test.take(100)
    arch = CATALOGUE["lenet-002-relu"].change(softmax=None)
    curves = [
        [epoch.test_loss for epoch in fit(model, few, some, recipe)] for model in (build(arch), Pair(build(arch)))
    ]
    assert curves[0] == pytest.approx(curves[1], rel=1e-4)


def test_fit_leaves_a_network_on_its_two_devices(monkeypatch):
    cpu = torch.device("cpu")
    pair, moved = Pair(build(CATALOGUE["lenet-002-relu"].change(softmax=None))), []
    monkeypatch.setattr(pair, "to", lambda *where, **how: moved.append(where))
    monkeypatch.setattr("cnnlessons.training.device.devices", lambda model: [cpu, torch.device("cuda:1")])
    digits = load("mnist-5k").train.take(40)
    list(fit(pair, digits, digits, Recipe(epochs=1)))
    assert not moved
    list(fit(pair, digits, digits, Recipe(epochs=1), device="cpu"))
    assert moved == [(cpu,), (cpu,)]


def test_normalisation_over_the_cut_is_another_network():
    """The wrong answer that must be refused: plain LRN in each half is not LRN over all maps."""
    x = torch.rand(1, 8, 4, 4)
    whole, parts = (module(layer, (8, 4, 4))(x) for layer in (LRN("n", alpha=1.0), GroupedLRN("n", alpha=1.0)))
    differs = (whole != parts).flatten(2).any(2)[0]
    assert differs.tolist() == [False, False, True, True, True, True, False, False]


def test_half_a_network_alone_says_what_it_needs():
    with pytest.raises(RuntimeError, match="torchrun"):
        build_half(build(PLAIN), 0)(batch()[0])


@pytest.mark.parametrize("way", ["split", "data"])
def test_two_processes_do_what_one_does_and_leave_nothing_behind(tmp_path, monkeypatch, way):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    x, y = batch()
    two, model = torchrun(way, Steps(build(PLAIN), x, y, count=3)), build(PLAIN)
    assert list(tmp_path.iterdir()) == []
    one = train(model, x, y, count=3, lr=0.05)
    torch.testing.assert_close(two.output, one.output, atol=1e-6, rtol=1e-5)
    close(two.gradients, one.gradients)
    close(two.state, model.state_dict(), atol=1e-5)
    assert two.losses == pytest.approx(one.losses, rel=1e-5)


def test_processes_that_fail_say_why(monkeypatch):
    failed = subprocess.CompletedProcess([], returncode=1, stdout="", stderr="conv4: 9 maps cannot be dealt")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(RuntimeError, match="conv4: 9 maps"):
        torchrun("split", Steps(build(PLAIN), *batch()))


def test_what_is_no_pair_is_named():
    with pytest.raises(ValueError, match=r'devices are two, such as \("cuda:0", "cuda:1"\), not \(.cpu.,\)'):
        Pair(build(PLAIN), ("cpu",))
    with pytest.raises(TypeError, match=r"model must come from build.*this is a Linear"):
        Pair(torch.nn.Linear(2, 2))
    with pytest.raises(ValueError, match="rank is 0 or 1, one of two devices, not 2"):
        build_half(build(PLAIN), 2)


def test_a_process_sets_back_what_it_changed(monkeypatch):
    for name in ("init_process_group", "destroy_process_group"):
        monkeypatch.setattr(processes.dist, name, lambda *_: None)
    monkeypatch.setattr(processes.dist, "get_rank", lambda: 0)
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError), processes._two_processes() as (rank, device):
            assert (rank, device, torch.get_num_threads()) == (0, torch.device("cpu"), 1)
            raise KeyError
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


def test_an_unknown_way_is_named():
    with pytest.raises(UnknownName, match="known: 'split', 'data'"):
        torchrun("half", None)
