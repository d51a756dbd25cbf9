"""The AlexNet part's experiments, all on small images. CIFAR-10 may be a JPEG copy: the record says which it was."""

from dataclasses import replace

from cnnlessons.experiments.experiment import Experiment, Variant, choice
from cnnlessons.networks import CATALOGUE, Arch
from cnnlessons.networks.layers import LRN, BatchNorm, Conv, Dropout, MaxPool
from cnnlessons.training import Recipe

MINI, ODD, WINDOW = (CATALOGUE[id] for id in ("mini-alexnet", "mini-alexnet-odd", "mini-alexnet-28"))

# α belongs to a scale: pixels of 0 … 1 in place of 0 … 255 make every a 255 times smaller, and α a² 255² times.
UNIT = 255**2


def with_lrn(arch: Arch) -> Arch:
    """A copy with LRN after its first two ReLUs, as strong as the released program's.

    That divided α = 1e-4 by n = 5: it is 2e-5 on the sum of squares.
    """
    return arch.follow(
        lambda layer: [LRN(f"norm{layer.name[-1]}", alpha=2e-5 * UNIT)] if layer.name in ("relu1", "relu2") else [],
        f"{arch.id}-lrn",
    )


def pooled(z: int, arch: Arch = ODD) -> Arch:
    """A copy whose pooling windows are `z` wide, at stride 2."""
    return arch.map(lambda layer: MaxPool(layer.name, z, s=2) if isinstance(layer, MaxPool) else layer)


GREY = ODD.change(conv1=Conv("conv1", 16, 5, p=2))  # Fashion-MNIST's 28×28 padded to 31×31
OVERLAP = Recipe(epochs=10, batch=32, lr=0.01)  # nothing against overfitting: whether overlap is, is the question
ANNEALED = replace(OVERLAP, epochs=15, schedule="cosine")


def before_relu(arch: Arch) -> Arch:
    """A copy with batch normalisation between every convolution and its ReLU (Ioffe & Szegedy 2015, §3.2)."""
    return arch.follow(
        lambda layer: [BatchNorm(f"norm{layer.name[-1]}")] if isinstance(layer, Conv) else [], f"{arch.id}-batch-norm"
    )


COMPARED = {"without": MINI, "LRN": with_lrn(MINI), "batch norm": before_relu(MINI)}
LONGER = Recipe(epochs=15, batch=64, schedule="cosine", weight_decay=5e-4)
RATES = (0.0025, 0.005, 0.01, 0.02, 0.04)
BATCH_NORM_RATES = (*RATES, 0.08, 0.16)  # its best was the largest of those
CHOSEN = {"without": 0.005, "LRN": 0.02, "batch norm": 0.04}  # step sizes, by E04-choice


def augmented(*names: str, epochs: int = 20) -> Recipe:
    """One for all, with so many passes that the network without augmentation has long learned its images."""
    return Recipe(epochs=epochs, batch=64, lr=0.02, schedule="cosine", augment=names)


def grouped(arch: Arch, **groups: int) -> Arch:
    """A copy in which the named convolutions have so many groups."""
    return arch.change(arch.id, **{name: replace(convolution(arch, name), groups=n) for name, n in groups.items()})


def convolution(arch: Arch, name: str) -> Conv:
    """The layer of that name. Raises `TypeError` if it is of another kind."""
    layer = arch[name]
    if not isinstance(layer, Conv):
        raise TypeError(f"{name} of {arch.id} is not a convolution")
    return layer


def one_gpu(arch: Arch) -> Arch:
    """The net on one GPU of Sect. 3.2: half the kernels in conv1 … conv4. By the paper's second footnote the last
    convolution and the fully connected layers keep their size."""
    convs = {
        name: replace(
            convolution(arch, name), groups=1, maps=convolution(arch, name).maps // (1 if name == "conv5" else 2)
        )
        for name in ("conv1", "conv2", "conv3", "conv4", "conv5")
    }
    return arch.change(arch.id, **convs)


TWO_GROUPS = grouped(MINI, conv2=2, conv4=2, conv5=2)
ONE_GPU_2012 = replace(
    one_gpu(CATALOGUE["alexnet-2012"]),
    id="alexnet-2012-one-gpu",
    title="The net on one GPU that AlexNet of 2012 is compared with",
)
GROUPS = Recipe(epochs=12, batch=64, lr=0.02, weight_decay=5e-4, schedule="cosine")


def with_dropout(arch: Arch) -> Arch:
    """A copy with dropout of one half behind fc6 and fc7, and AlexNet's start."""
    arch = arch.follow(
        lambda layer: layer.name in ("fc6_act", "fc7_act") and [Dropout(f"drop{layer.name[2]}")], f"{arch.id}-dropout"
    )
    return replace(arch, init="krizhevsky2012-scaled")


DROPPED = with_dropout(MINI)
PAPER = Recipe(epochs=12, batch=128, lr=0.01, momentum=0.9, weight_decay=5e-4, schedule="steps", pixels="centred")
LEFT_OUT = {
    "the paper's recipe": (DROPPED, PAPER),
    "without momentum": (DROPPED, replace(PAPER, momentum=0.0)),
    "without momentum, lr 0.1": (DROPPED, replace(PAPER, momentum=0.0, lr=0.1)),  # as long steps, in the long run
    "without weight decay": (DROPPED, replace(PAPER, weight_decay=0.0)),
    "rate never lowered": (DROPPED, replace(PAPER, schedule="constant")),
    "without dropout": (replace(MINI, init=DROPPED.init), PAPER),
    "biases 0": (replace(DROPPED, init="krizhevsky2012-scaled-zeros"), PAPER),
}
CLOTHES = Recipe(epochs=10, batch=128, lr=0.01, momentum=0.9, weight_decay=5e-4)

EXPERIMENTS = (
    Experiment(
        "E04-lrn",
        "Does local response normalisation help a small AlexNet, and does batch norm?",
        "cifar10",
        tuple(Variant(name, arch, replace(LONGER, lr=CHOSEN[name]), images=10_000) for name, arch in COMPARED.items()),
        rehearsed=1,
        measures=("train in eval mode",),
    ),
    choice(
        "E04-lrn",
        "cifar10",
        {name: (arch, LONGER, BATCH_NORM_RATES if name == "batch norm" else RATES) for name, arch in COMPARED.items()},
        images=10_000,
    ),
    choice(
        "E06-overlap",
        "cifar10",
        {f"max {z}/2": (pooled(z), ANNEALED, (0.005, 0.01, 0.02, 0.04)) for z in (3, 2)},
        images=10_000,
    ),
    Experiment(
        "E06-overlap",
        "Does a network read better, or overfit less, when its pooling windows overlap?",
        "cifar10",
        # the step size by E06-choice, alike for both
        tuple(Variant(f"max {z}/2", pooled(z), replace(ANNEALED, lr=0.01), images=10_000) for z in (3, 2)),
        seeds=10,
        rehearsed=1,
        measures=("train in eval mode",),
    ),
    Experiment(
        "E06-fashion",
        "And on clothes, where the pictures are exact?",
        "fashion-mnist",
        tuple(
            Variant(f"max {z}/2", replace(pooled(z, GREY), input=(1, 31, 31)), OVERLAP, images=10_000) for z in (3, 2)
        ),
        measures=("train in eval mode",),
    ),
    Experiment(
        "E07-crops",
        "What do random crops and mirror images do for a small AlexNet?",
        "cifar10",
        tuple(
            Variant(name, WINDOW, augmented(*augment), images=10_000)
            for name, augment in (
                ("neither", ("centre",)),
                ("mirrors", ("centre", "mirror")),
                ("crops", ("crop",)),
                ("both", ("crop", "mirror")),
            )
        ),
        rehearsed=1,
    ),
    Experiment(
        "E08-colour",
        "What does the PCA colour scheme add to crops and mirror images?",
        "cifar10",
        tuple(
            Variant(name, WINDOW, augmented("crop", "mirror", *augment), images=10_000)
            for name, augment in (
                ("no colour", ()),
                ("standard deviation 0.1", ("colour",)),
                ("variance 0.1", ("colour, variance 0.1",)),
                ("by spread", ("colour, by spread",)),
            )
        ),
        rehearsed=1,
    ),
    Experiment(
        "E09-ten-crops",
        "What does the mean over ten crops add at test time, and to which network?",
        "cifar10",
        tuple(
            Variant(name, WINDOW, augmented(*augment, epochs=15), images=10_000)
            for name, augment in (
                ("trained on centres", ("centre",)),
                ("trained on crops and mirrors", ("crop", "mirror")),
            )
        ),
        measures=("ten crops",),
        rehearsed=1,
    ),
    Experiment(
        "E10-groups",
        "Is one network in two groups better than a network of half as many kernels?",
        "cifar10",
        (
            Variant("half the kernels", one_gpu(MINI), GROUPS, 10_000),
            Variant("two groups", TWO_GROUPS, GROUPS, 10_000),
            Variant("two groups that never meet", grouped(TWO_GROUPS, conv3=2), GROUPS, 10_000),
            Variant("one column", MINI, GROUPS, 10_000),
        ),
        rehearsed=1,
        measures=("colour of the halves",),
    ),
    Experiment(
        "E11-recipe",
        "Which ingredient of AlexNet's recipe does a small network miss?",
        "cifar10",
        tuple(Variant(name, *how, images=10_000) for name, how in LEFT_OUT.items()),
        rehearsed=1,
        measures=("train in eval mode",),
    ),
    Experiment(
        "E12-fashion",
        "How far does an AlexNet of few maps get on clothes?",
        "fashion-mnist",
        (
            Variant("mini AlexNet", replace(MINI, input=(1, 32, 32)), CLOTHES),
            Variant("LeNet with ReLU", CATALOGUE["lenet-002-relu"].change(softmax=None), CLOTHES),
        ),
    ),
)
