"""Every benchmark, imported and run for a moment: a benchmark that nothing runs breaks in silence."""

import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import islice
from pathlib import Path

import alexnet
import augment
import busy
import fit
import layers
import live
import many
import pytest
import torch
from chromium import found
from torch import nn

from cnnlessons import Recipe, build, load
from cnnlessons.experiments.plan import Plan

TINY = fit.part(load("mnist-5k"), 200)
RECIPE = replace(fit.RECIPE, epochs=1)


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", "1")  # some set it
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def test_the_loops_people_write_and_fit(tmp_path):
    arch = fit.logits_of("lenet-002-relu")
    fit.write_idx(tmp_path / "MNIST" / "raw", TINY)
    for loop in (
        fit.usual_loop(str(tmp_path), arch, RECIPE, "transforms"),
        fit.usual_loop(str(tmp_path), arch, RECIPE, "transforms.v2"),
        fit.our_loop(TINY, arch, RECIPE),
    ):
        assert 0 < next(loop) <= 1
    assert fit.to_goal([(1.0, 0.5), (2.0, 0.99), (4.0, 1.0)]) == 3.0


@pytest.mark.parametrize("id", ["lenet-002-relu", "lenet-003-corrected"])
def test_the_usual_network_is_made_of_pytorch_s_layers_alone_and_is_the_same(id):
    arch = fit.logits_of(id)
    usual, ours, x = fit.usual_model(arch), build(arch), torch.rand(2, *arch.input)
    assert all(type(m).__module__.startswith("torch.nn.") for m in usual.modules())
    assert any(not type(m).__module__.startswith("torch.nn.") for m in ours.modules()) == (id == "lenet-002-relu")
    assert torch.equal(usual(x), ours(x)) and isinstance(usual, nn.Sequential)


def test_a_network_that_pytorch_lacks_layers_for_is_refused():
    with pytest.raises(SystemExit, match=r"layers that PyTorch lacks: .*TableConv2d"):
        fit.usual_model(fit.logits_of("lenet5-1998"))


def test_beside_busy_processes():
    class Loop:
        def epoch(self):
            return 0.5, 0.9

    assert busy.measured({"fit": Loop()}, 1, 2, 100) == {"fit": 200.0}
    rates = [{"usual loop": 10.0, "fit": fit} for fit in (30.0, 15.0, 11.0)]
    good, also_good, bad = busy.verdict(rates)
    assert "as wanted" in good and "as wanted" in also_good and "BELOW" in bad


def test_layers(capsys):
    layers.main(["--repeat", "1", "--cases", "1"])
    assert "LocalResponseNorm" in capsys.readouterr().out


def test_augmentation(capsys):
    augment.main(["--rounds", "1", "--sizes", "1", "--device", "cpu"])
    assert capsys.readouterr().out.count("the faster one") == 2


def test_many_runs():
    job = replace(Plan(replace(many.EXPERIMENT, seeds=1), Path("nowhere")).jobs[0], epochs=1, limit=200)
    assert many.loop([job], "cpu")[0]["status"] == many.one_thread([job], "cpu")[0]["status"] == "done"


def test_alexnet():
    recipe, cpu = Recipe(epochs=1, batch=2, lr=0.01, precision="bfloat16"), torch.device("cpu")
    train = alexnet.large(TINY.train, 2)
    loops = alexnet.plain_loop(train, recipe, cpu), alexnet.our_loop(train, train, recipe, cpu)
    assert all(seconds > 0 for loop in loops for seconds in islice(loop, 1))


def live_for_a_moment(*more):
    """In a process of its own, for it keeps to one core."""
    moment = ("--rounds", "1", "--seconds", "0.02", "--images", "160", "--most", "50")
    done = subprocess.run([sys.executable, live.__file__, *moment, *more], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_page_engine_and_others():
    said = live_for_a_moment("--without-npm")
    here = [live.PYTORCH, *[live.ENGINE] * bool(shutil.which("node")), *[live.CHROMIUM] * bool(found())]
    for name in (live.PYTORCH, live.ENGINE, live.CHROMIUM, *live.OF_NPM):
        [row] = [line for line in said.splitlines() if line.startswith(name)]
        assert ("is left out: " in row) == (name not in here), row
        assert name not in here or float(row.removeprefix(name).split()[0].replace(",", "")) > 0


def test_a_side_that_trains_something_else_stops_the_benchmark():
    live.same_training({live.PYTORCH: [2.0, 1.0], live.ENGINE: [2.001, 1.0]})
    for wrong in ([2.01, 1.0], [2.0, float("nan")]):
        with pytest.raises(SystemExit, match="ConvNetJS, Node trains something else"):
            live.same_training({live.PYTORCH: [2.0, 1.0], live.CONVNETJS: wrong})


def test_without_npm_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert live.from_npm(tmp_path) == "there is no npm on the PATH"


@pytest.mark.weekly
@pytest.mark.skipif(shutil.which("npm") is None, reason="needs npm and a registry")
def test_the_page_engine_and_what_comes_from_npm():
    said = live_for_a_moment()
    assert "is left out" not in said
    assert f"{live.WASM} cannot train this network: Kernel" in said
