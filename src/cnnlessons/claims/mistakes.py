"""Mistakes that well-known courses and codebases make, or lead to, each with a check that shows it.

A project is named where its own text can be pointed to, at a version; otherwise the kind of code is described.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F
from torchvision import models

from cnnlessons.claims.checking import Found, Look
from cnnlessons.claims.checks.dropout import AsListed, floor
from cnnlessons.claims.checks.norm import activations, formula
from cnnlessons.data import load
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import RBF, MaxPool, ScaledTanh, Subsample, count_windows


@dataclass(frozen=True)
class Mistake:
    """One mistake: what is done, where it is met, what is right, and the function that shows it."""

    id: str
    said: str  # what the code does or the text says
    where: str
    right: str
    look: Look


MISTAKES: dict[str, Mistake] = {}


def mistake(id: str, said: str, where: str, right: str) -> Callable[[Look], Look]:
    """Decorator: this function shows that mistake. Its parts are what would have to hold if it were none."""

    def register(look: Look) -> Look:
        MISTAKES[id] = Mistake(id, said, where, right, look)
        return look

    return register


@mistake(
    "dense-c3",
    "A dense C3, average pooling and sigmoids are the original LeNet-5",
    "Dive into Deep Learning, chapter LeNet, an earlier edition (d2l-en, commit 02c2e54): “removing the Gaussian "
    "activation in the final layer. Other than that, this network matches the original LeNet5 architecture”",
    "Three more things differ: C3 reads only some of the maps, the pools have weights and a squashing function "
    "after them, and the activation is a scaled tanh.",
)
def dense_c3() -> Found:
    """A dense C3 against the table of 1998."""
    dense, paper = (trace(CATALOGUE[id]) for id in ("lenet-003-corrected", "lenet5-1998"))
    kinds = {type(row.layer) for row in paper}
    return Found(
        {
            "C3 has as many parameters": dense["C3"].params == paper["C3"].params,
            "no other layer differs": not kinds & {Subsample, ScaledTanh, RBF},
        },
        f"C3: {dense['C3'].params:,} parameters against {paper['C3'].params:,}; {dense.params:,} in all "
        f"against {paper.params:,}",
    )


@mistake(
    "alpha-over-n",
    "The paper's α of 10⁻⁴ says how strong AlexNet's LRN is, in any library",
    "re-implementations that copy the paper's constants, into PyTorch or into TensorFlow",
    "PyTorch and Caffe divide alpha by n, and so did the program of 2012: alpha=1e-4 is the program there, 5e-4 the "
    "printed formula. TensorFlow's function does not divide, and takes 2, not 5, for a window of five maps: 2e-5 is "
    "the program there.",
)
def alpha_over_n() -> Found:
    """PyTorch's layer with 1e-4, the paper's formula, and the formula with the program's α."""
    copied = nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=2.0)(activations())
    program = trace(CATALOGUE["alexnet-2012-program"])["norm1"].layer.alpha
    off = [(copied - formula(activations(), alpha=alpha)).abs().max().item() for alpha in (1e-4, program)]
    return Found(
        {
            "PyTorch's alpha=1e-4 is the program's": off[1] < 1e-4,
            "it is the printed formula's": off[0] < 1e-4,
        },
        f"off by up to {off[0]:.2f} from the printed formula, by less than 0.0001 from the program's {program:g}",
    )


@mistake(
    "softmax-twice",
    "A softmax at the end of the model, then `nn.CrossEntropyLoss`",
    "models ported from Keras, where the last layer is a softmax; study note 003",
    "`nn.CrossEntropyLoss` takes logits; the softmax is inside. PyTorch does not look. Keras on TensorFlow "
    "does: it warns, and takes the logits from before the softmax.",
)
def softmax_twice() -> Found:
    """The lowest loss that is left to such a model."""
    return Found(
        {"a perfect model has loss 0": floor(10) < 0.01}, f"it cannot fall below {floor(10):.3f} with 10 classes"
    )


@mistake(
    "in-place-relu",
    "A forward hook shows what a convolution returned",
    "code that records activations of torchvision's AlexNet and VGG, whose ReLUs work in place",
    "Clone in the hook, or set `inplace=False`: the next layer overwrites the numbers.",
)
def in_place_relu() -> Found:
    """What a hook kept of a convolution, before and after the ReLU ran."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model, kept = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(inplace=True)), []
        model[0].register_forward_hook(lambda module, inputs, out: kept.extend([out, out.clone()]))
        with torch.no_grad():
            model(torch.rand(1, 3, 16, 16))
    now, then = ((numbers < 0).float().mean().item() for numbers in kept)
    with torch.device("meta"):
        theirs = any(m.inplace for m in models.AlexNet().features if isinstance(m, nn.ReLU))
    return Found(
        {"the recorded numbers stay": now == then, "torchvision's ReLUs are not in place": not theirs},
        f"negative when recorded: {then:.0%}, a layer later: {now:.0%}",
    )


@mistake(
    "224-for-55",
    "The paper's 224×224 images and its conv1 give 55×55 maps, in any library",
    "code that takes 224 from the paper's Fig. 2 to a library that rounds down, without padding, as TF-Slim's "
    "alexnet_v2 does (tensorflow/models, slim/nets/alexnet.py)",
    "The program of 2012 rounded up. Rounded down, 224 makes 54, and 5×5 maps, not 6×6, reach the dense layers: such a "
    "library needs 227, or zeros around the image; torchvision pads by 2.",
)
def sizes_of_conv1() -> Found:
    """conv1's maps of 224 pixels rounded down and up, and those of 227."""
    down, up = (count_windows(224, 11, 4, ceil=ceil) for ceil in (False, True))
    return Found(
        {"224 gives 55 rounded up, as in 2012": up == 55, "and rounded down": down == 55},
        f"224 → {up} rounded up, {down} rounded down; 227 → {count_windows(227, 11, 4)}; 224 with padding 2 → "
        f"{count_windows(224, 11, 4, 2)}",
    )


@mistake(
    "functional-dropout",
    "`F.dropout(x, p=0.5)` in `forward` is a dropout layer",
    "PyTorch models written with `torch.nn.functional`; study note 003",
    "Its `training` is True by default: pass `training=self.training`, or use `nn.Dropout`.",
)
def functional_dropout() -> Found:
    """Two answers to one image, in evaluation."""
    model = AsListed().eval()
    x = torch.ones(1000)
    return Found({"an evaluated model answers twice alike": torch.equal(model(x), model(x))}, "two passes, two answers")


@mistake(
    "view-minus-one",
    "`x.view(-1, 16 * 4 * 4)` flattens a batch",
    "PyTorch's tutorials for years (for instance pytorch/tutorials, commit 8e36bed, tensorboard_tutorial.py), "
    "since replaced by `torch.flatten(x, 1)`; study notes 000 and 003",
    "It asks for rows of that length, from wherever they come. `torch.flatten(x, 1)` keeps the batch, and a "
    "wrong size is an error.",
)
def view_minus_one() -> Found:
    """Ten images with maps of 8×8 in place of 4×4."""
    rows = len(torch.zeros(10, 16, 8, 8).view(-1, 16 * 4 * 4))
    return Found({"ten images stay ten rows": rows == 10}, f"ten images become {rows} rows")


@mistake(
    "torchvision-is-2012",
    "`torchvision.models.alexnet` is the network that won in 2012",
    "papers and lectures that cite 2012 and load torchvision; its own documentation says otherwise",
    "It follows Krizhevsky 2014: 64 first maps instead of 96, no groups, no LRN.",
)
def torchvision_is_2012() -> Found:
    """Parameters of both."""
    theirs, ours = (trace(CATALOGUE[id]).params for id in ("alexnet-torchvision", "alexnet-2012"))
    return Found({"as many parameters": theirs == ours}, f"{theirs:,} against {ours:,}")


@mistake(
    "ungrouped",
    "AlexNet has 62.4 million parameters",
    "lecture tables and model summaries that add up 96, 256, 384, 384, 256 maps without groups",
    "conv2, conv4 and conv5 read half of the maps each: 60,965,224, the paper's “60 million”.",
)
def ungrouped() -> Found:
    """With and without groups."""
    one, two = (trace(CATALOGUE[id]).params for id in ("alexnet-2012-no-groups", "alexnet-2012"))
    return Found(
        {"62.4 million in the paper's network": round(two / 1e6, 1) == 62.4}, f"{two:,} with groups, {one:,} without"
    )


@mistake(
    "macs-are-flops",
    "AlexNet costs 0.71 GFLOPS, VGG-16 15.47",
    "the column “GFLOPS” of torchvision's tables of weights",
    "These are multiply–adds. As operations, a multiplication and an addition each, it is twice as much.",
)
def macs_are_flops() -> Found:
    """torchvision's numbers beside our multiplications."""
    theirs = models.AlexNet_Weights.IMAGENET1K_V1.meta["_ops"], models.VGG16_Weights.IMAGENET1K_V1.meta["_ops"]
    macs = [trace(CATALOGUE[id]).macs / 1e9 for id in ("alexnet-torchvision", "vgg-D")]
    return Found(
        {"it counts each operation": all(abs(t - 2 * m) < 0.02 for t, m in zip(theirs, macs, strict=True))},
        f"{theirs[0]} and {theirs[1]}; multiplications {macs[0]:.2f} and {macs[1]:.2f} · 10⁹",
    )


@mistake(
    "he-by-default",
    "PyTorch's default for convolutions is He's initialisation, so nothing need be set",
    "code that trains a deep ReLU network from `nn.Conv2d`'s defaults because the source reads `kaiming_uniform_`",
    "It is called with a = √5, which makes the spread √6 times smaller than He's; over ten layers a signal comes out "
    "several thousand times smaller than from He's.",
)
def he_by_default() -> Found:
    """The spread of fresh weights against √(2/fan-in)."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        spread = nn.Conv2d(256, 256, 3).weight.std().item()
    he = math.sqrt(2 / (256 * 9))
    return Found(
        {"the spread is He's": abs(spread / he - 1) < 0.05},
        f"He's spread is {he / spread:.2f} times the default's; √6 = {math.sqrt(6):.2f}",
    )


@mistake(
    "shapes-that-compare",
    "`(predicted == y).float().mean()` is the accuracy",
    "code that keeps a dimension in `argmax(1, keepdim=True)`, as PyTorch's MNIST example does (it then "
    "reshapes y, rightly)",
    "(N, 1) against (N,) compares all with all: N² answers. Reshape one of them.",
)
def shapes_that_compare() -> Found:
    """The accuracy of perfect predictions, so computed."""
    y = load("mnist-5k").test.y
    wrong = (y[:, None] == y).float().mean().item()
    return Found({"all right is 1.0": wrong == 1}, f"perfect predictions of {len(y):,} digits score {wrong:.2f}")


@mistake(
    "mean-of-means",
    "The mean of the batches' losses is the mean loss",
    "training loops that add `loss.item()` and divide by the number of batches",
    "Only if all batches are of one size: weigh each with its length.",
)
def mean_of_means() -> Found:
    """Nine images in batches of four: the last is alone."""
    losses = torch.tensor([0.1] * 8 + [4.0])
    batches = losses.split(4)
    means = sum(part.mean() for part in batches) / len(batches)
    return Found(
        {"both are the same": bool((means - losses.mean()).abs() < 1e-6)}, f"{means:.2f} instead of {losses.mean():.2f}"
    )


@mistake(
    "rounding",
    "A network converted from Caffe keeps its shapes",
    "converted weights loaded into PyTorch models whose pools round down",
    "Caffe's pools round up: `ceil_mode=True`. AlexNet's maps are odd and hide it; even maps do not.",
)
def rounding() -> Found:
    """AlexNet's pools and those of CIFAR-10's sizes, rounded both ways."""
    odd, even = ([MaxPool("p", 3, 2, ceil=up).out((1, n, n))[1] for up in (False, True)] for n in (55, 32))
    return Found(
        {"down and up agree on AlexNet's 55": odd[0] == odd[1], "and on 32": even[0] == even[1]},
        f"55 → {odd[0]} and {odd[1]}; 32 → {even[0]} and {even[1]}",
    )


@mistake(
    "softmax-dim",
    "`F.softmax(x, dim=0)` of a batch of outputs",
    "code for one example, applied to a batch",
    "dim=1, the classes. Along dim=0 the images of a batch compete with each other.",
)
def softmax_dim() -> Found:
    """Sums over the classes."""
    x = torch.randn(8, 10, generator=torch.Generator().manual_seed(0))
    sums = F.softmax(x, dim=0).sum(1)
    return Found(
        {"each image's probabilities sum to 1": bool((sums - 1).abs().max() < 1e-3)},
        f"they sum to {sums.min():.2f} … {sums.max():.2f}",
    )
