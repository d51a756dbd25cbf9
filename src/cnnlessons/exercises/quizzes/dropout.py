"""Ten questions on dropout (session 7)."""

from math import sqrt
from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace


def survivor(random: Random) -> Item:
    """The probability, from the scaling of what stays."""
    p, value = random.choice((0.1, 0.2, 0.25, 0.4)), random.choice((3, 6, 9, 12))
    return Item(
        f"A unit has the value {value}. Behind a dropout in training mode (PyTorch) it is sometimes 0 and sometimes "
        f"{value / (1 - p):.3g}. With which probability is it switched off?",
        f"{p:g}",
        {
            f"{1 - p:g}": "That is the probability of staying, by which a survivor is divided.",
            f"{p / (1 - p):.2f}": "That is how much it grows, compared with what it was. Divide by 1 − p instead.",
            "0.5": "Then it would be doubled.",
        },
        f"{value} / (1 − p) = {value / (1 - p):.3g} for p = {p:g}.",
    )


def spread(random: Random) -> Item:
    """A coin for each unit."""
    n, p = random.choice((100, 400, 2500)), random.choice((0.5, 0.2))
    right = sqrt(n * p * (1 - p))
    return Item(
        f"Each of {n:,} units is switched off with probability {p}. By how much does the number of units that are off "
        "vary from call to call (standard deviation)?",
        f"{right:g}",
        {
            f"{n * p:g}": "That is how many are off on average.",
            f"{n * p * (1 - p):g}": "That is the variance; take its square root.",
            f"{sqrt(n):g}": "The square root of all units; the variance of one coin is p(1 − p), not 1.",
        },
        f"√({n:,} · {p} · {1 - p:g}) = {right:g}: every unit tosses its own coin, so no fixed share goes.",
    )


def thinned(random: Random) -> Item:
    """How many networks there are."""
    a, b = random.choice((120, 100, 64)), random.choice((84, 50, 32))
    return Item(
        f"Dropout stands behind two hidden layers of {a} and {b} units. How many different masks are there?",
        f"$2^{{{a + b}}}$",
        {
            f"$2^{{{a}}} + 2^{{{b}}}$": "Each mask of one layer goes with each mask of the other: a product.",
            f"${a} \\cdot {b}$": "That counts pairs of units. Each unit has two states.",
            f"$2 \\cdot {a + b}$": "Two states for each unit multiply; they do not add.",
        },
        f"Every one of {a + b} units is on or off, and all of these networks share their weights.",
    )


def expected(random: Random) -> Item:
    """The mean over all masks, without scaling."""
    total, p = random.choice((20, 30, 40)), random.choice((0.2, 0.25, 0.4))
    return Item(
        f"With all its inputs a unit gets the sum {total}. Its inputs are dropped with p = {p} and nothing is scaled. "
        "What is the mean of the sum over all masks, each with its probability?",
        f"{total * (1 - p):.3g}",
        {
            f"{total:g}": "That is the sum with all inputs; some are missing nearly always.",
            f"{total * p:.3g}": "p is the share that goes, and the rest remains.",
            f"{total / (1 - p):.3g}": "So large is the sum of all inputs if each is scaled up.",
        },
        f"Each input is there with probability {1 - p:g}, so {1 - p:g} · {total} = {total * (1 - p):.3g}.",
    )


def still_drops(random: Random) -> Item:
    """The flag that a function does not hear of."""
    return Item(
        "`model.eval()` was called. Which of these lines in `forward` still drops units?",
        "`F.dropout(x, 0.5)`",
        {
            "`F.dropout(x, 0.5, self.training)`": "Here the flag is handed over, and it is off.",
            "`self.drop(x)`, with `self.drop = nn.Dropout(0.5)`": "This layer belongs to the model and is told.",
            "`self.drop(x)`, with `self.drop = nn.Dropout2d(0.5)`": "It drops whole maps, in training only.",
        },
        "The function has an argument for the flag, `training`, whose default is True.",
    )


def never_drops(random: Random) -> Item:
    """The other way round."""
    return Item(
        "After `model.train()` the same images give the same answers twice. What is the likely mistake?",
        "The dropout layer is made in `__init__` and never called.",
        {
            "Dropout is written as `F.dropout(x, 0.5)`.": "That drops in every mode, so the answers would differ.",
            "`model.eval()` was forgotten.": "In training mode two answers should differ.",
            "The survivors are not scaled.": "The masks would still differ from call to call.",
        },
        "With a dropout that works, two calls in training mode draw two masks.",
    )


def luck(random: Random) -> Item:
    """Two equally good networks."""
    n, percent = random.choice((1_000, 10_000, 50_000)), random.choice((2, 5, 10))
    q = percent / 100
    one = sqrt(n * q * (1 - q))
    return Item(
        f"Two equally good networks misread {percent} % of all digits; each is tested on {n:,} digits of its own. "
        "By how many errors do they differ by luck (standard deviation)?",
        str(round(sqrt(2) * one)),
        {
            str(round(one)): "That is the luck of one network; both have luck of their own.",
            f"{n * q:,.0f}": "That is how many errors each makes on average.",
            str(round(sqrt(n))): "The square root of the digits; what counts is the number of errors.",
        },
        f"√(2 · {n:,} · {q:g} · {1 - q:g}) ≈ {sqrt(2) * one:.0f}.",
    )


def above(random: Random) -> Item:
    """A training accuracy below that of the test."""
    return Item(
        "All through a training with dropout the test accuracy lies above the training accuracy. What is the first "
        "thing to do?",
        "Measure the training accuracy in evaluation mode.",
        {
            "Look for test images among the training images.": "These would raise the training accuracy as well.",
            "Take a smaller step size.": "Nothing is wrong with the training; two different networks were measured.",
            "Train longer, for the network underfits.": "Perhaps, but these two numbers cannot tell.",
        },
        "While training one measures thinned networks, and in the test the whole one.",
    )


def useful(random: Random) -> Item:
    """Where dropout has something to close."""
    low, gap = random.choice((0.001, 0.002, 0.004)), random.choice((0.19, 0.25, 0.31))
    even, high = random.choice((0.05, 0.06, 0.07)), random.choice((1.1, 1.3, 1.5))
    return Item(
        "Four networks without dropout, each with its loss on training images and on new ones, both in evaluation "
        "mode. Where has dropout most to do?",
        f"{low} and {gap}",
        {
            f"{even} and {even + 0.003:.3f}": "No gap: this network does not overfit.",
            f"{high} and {high + 0.02:.2f}": "It has not even learned its own images; dropout slows it further.",
            f"{even + 0.04:.2f} and {even + 0.01:.2f}": "New images are no harder for it than its own.",
        },
        "It knows its own images by heart and is much worse at new ones: it overfits.",
    )


def places(random: Random) -> Item:
    """Where VGG has its dropout."""
    rows = trace(CATALOGUE["vgg-D"])
    share = {name: round(100 * rows[name].params / rows.params) for name in ("fc6", "fc7", "fc8")}
    two = round(100 * (rows["fc6"].params + rows["fc7"].params) / rows.params)
    convolutions = round(100 * sum(row.params for row in rows if row.layer.name.startswith("conv")) / rows.params)
    return Item(
        f"VGG-16 ({rows.params / 1e6:.0f} million parameters) has dropout behind its first two fully connected layers, "
        f"of 4,096 units each; the first reads 512 maps of 7×7. Which share of the parameters do the two hold?",
        f"{two} %",
        {
            f"{share['fc6']} %": "That is the first of the two alone.",
            f"{share['fc7']} %": "That is the second of the two alone; the first reads all the maps.",
            f"{convolutions} %": "That is the share of all thirteen convolutions.",
        },
        f"512 · 7 · 7 · 4,096 and 4,096 · 4,096 weights, and their biases: {two} % of all.",
    )


QUESTIONS = (survivor, spread, thinned, expected, still_drops, never_drops, luck, above, useful, places)
