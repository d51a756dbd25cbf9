"""Ten questions on LeNet-5: its counts and its codes (session 2)."""

from random import Random
from typing import Any

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import AvgPool, Conv, Linear, Subsample, count_windows

LENET5 = CATALOGUE["lenet5-1998"]
ROWS = trace(LENET5)


def signed(n: int) -> str:
    """A number with a minus sign that is no hyphen."""
    return str(n).replace("-", "−")


def subsampling(random: Random) -> Item:
    """Two numbers a map."""
    maps, side = random.choice((8, 10, 12, 20)), random.choice((10, 12, 14))
    right = Subsample("S").params((maps, 2 * side, 2 * side))
    return Item(
        f"A layer like S2 subsamples {maps} maps to {side}×{side}. How many parameters does it train?",
        str(right),
        {
            "0": "That is pooling of today.",
            str(5 * maps): "Four weights and a bias a map. The four inputs share one coefficient.",
            f"{2 * maps * side**2:,}": "All units of a map share their coefficient and their bias.",
        },
        f"A coefficient and a bias for each of {maps} maps are {right}.",
    )


def holes(random: Random) -> Item:
    """A table convolution that is not C3."""
    few, many, k = random.randrange(4, 9), random.randrange(3, 7), random.choice((3, 5))
    table = tuple((i % 6, (i + 1) % 6) for i in range(few)) + tuple(
        tuple(sorted(((i + j) % 6) for j in range(4))) for i in range(many)
    )
    right = Conv("C", few + many, k, table=table).params((6, 14, 14))
    kernels = 2 * few + 4 * many
    return Item(
        f"Of {few + many} maps, {few} read two of six maps and {many} read four, through kernels of {k}×{k}. "
        "How many parameters has the layer?",
        f"{right:,}",
        {
            f"{kernels * (k * k + 1):,}": "A bias for each kernel. A map has one, however many kernels it has.",
            f"{kernels * k * k:,}": "The biases forgotten.",
            f"{Conv('C', few + many, k).params((6, 14, 14)):,}": "That is the layer without holes.",
        },
        f"{kernels} kernels of {k * k} weights and {few + many} biases make {right:,}.",
    )


def connections(random: Random) -> Item:
    """Parameters times places."""
    k, maps = random.choice((3, 7, 9)), random.choice((6, 8))
    conv, shape = Conv("C1", maps, k), (1, 32, 32)
    side, params = count_windows(32, k), conv.params(shape)
    right = conv.connections(shape)
    return Item(
        f"A first layer has {maps} kernels of {k}×{k} and reads 32×32 pixels. How many connections has it, with a bias "
        "counted as one, as in the paper?",
        f"{right:,}",
        {
            f"{maps * k * k * side**2:,}": "The biases left out.",
            f"{params * 32**2:,}": f"There are {side}×{side} places, not one for each pixel.",
            f"{params:,}": "Those are the parameters, each used at many places.",
        },
        f"{params} numbers, each used at {side}·{side} places, are {right:,} connections.",
    )


def larger(random: Random) -> Item:
    """C5 slides on a larger image."""
    n = random.choice((48, 56, 72, 80))
    s2 = count_windows(count_windows(n, 5), 2, 2)
    s4 = count_windows(count_windows(s2, 5), 2, 2)
    right = count_windows(s4, 5)
    return Item(
        f"LeNet-5's convolutions are given an image of {n}×{n}. How wide are the maps of C5?",
        str(right),
        {
            str(s4): "That is S4. C5's windows of 5 have fewer places on it.",
            "1": "That is so for 32×32, where the kernel fits once.",
            str(right + 1): "One place too many: from the width of S4 to that of C5 it is four less.",
        },
        f"S4 is {s4} wide, and a window of 5 has {right} places on it.",
    )


def bill(random: Random) -> Item:
    """Where the numbers are."""
    what, words, why = random.choice(
        (
            ("params", "holds the most parameters", "C5 reads all of S4, and its weights are used once"),
            ("macs", "does the most multiplications", "C3 uses its kernels at a hundred places"),
            ("units", "returns the most numbers", "C1 has six maps of 28×28"),
        )
    )
    counts = {name: getattr(ROWS[name], what) for name in ("C1", "C3", "C5", "F6")}
    right = max(counts, key=lambda name: counts[name])
    return Item(
        f"Which layer of LeNet-5 {words}?",
        right,
        {name: f"It has {n:,}, and {right} has {counts[right]:,}." for name, n in counts.items() if name != right},
        f"{why}: {counts[right]:,}.",
    )


def what_changed(random: Random) -> Item:
    """A network told by its total."""
    changes: dict[str, dict[str, Any]] = {
        "C3 reads all maps.": {"C3": Conv("C3", 16, 5)},
        "S2 and S4 are average pooling.": {"S2": AvgPool("S2", 2), "S4": AvgPool("S4", 2)},
        "The output is a linear layer.": {"output_rbf": Linear("output", 10)},
    }
    totals = {words: trace(LENET5.change(**change)).params for words, change in changes.items()}
    right = random.choice(list(totals))
    wrong = {words: f"That would make {total:,}." for words, total in totals.items() if words != right}
    none = "C5 is a linear layer."
    more = totals[right] - ROWS.params
    return Item(
        f"Somebody's LeNet-5 has {totals[right]:,} parameters; the paper's has {ROWS.params:,}. What differs?",
        right,
        {**wrong, none: "At this size a linear layer has as many parameters as C5."},
        f"{totals[right]:,} is {abs(more):,} {'more' if more > 0 else 'less'} than the paper's.",
    )


def noisy(random: Random) -> Item:
    """A bias as a threshold."""
    c = random.choice((3, 4, 5))
    words = {"all four": -3 * c, "at least three": -c, "at least two": c, "at least one": 3 * c}
    said = random.choice(list(words))
    right = words[said]
    return Item(
        f"A unit of S2 has the coefficient {c}; ink is +1 and paper −1. Which bias makes it return more than 0 exactly "
        f"if {said} of its four inputs are ink?",
        signed(right),
        {
            signed(b): f"With it the unit says yes if {other} of the inputs are ink."
            for other, b in words.items()
            if b != right
        },
        f"The four inputs sum to −4, −2, 0, 2 or 4, and −b/c = {signed(-right // c)} separates those that shall pass.",
    )


def hedge(random: Random) -> Item:
    """Squared distances between codes."""
    cells = random.choice((12, 16, 20, 22, 26, 28))
    return Item(
        f"The codes of two classes disagree in {cells} of 84 cells. F6 returns 0 in each of these and agrees with both "
        "codes elsewhere. What is its squared distance to either?",
        str(cells),
        {
            str(4 * cells): "That is the distance between the two codes: differences of 2, squared.",
            str(2 * cells): "The difference in each cell is 1, between 0 and ±1.",
            "0": "It agrees with neither in those cells.",
        },
        f"{cells} differences of 1, squared and added up, are {cells}.",
    )


def fits_once(random: Random) -> Item:
    """A convolution as large as its maps, as C5 is."""
    side, maps_in, maps = random.choice((4, 6, 7)), random.choice((8, 12, 16)), random.choice((60, 80, 100))
    conv, shape = Conv("C5", maps, side), (maps_in, side, side)
    right, lines = conv.params(shape), conv.connections(shape)
    weights = maps * maps_in * side**2
    return Item(
        f"Like C5, a convolution of {side}×{side} makes {maps} maps out of {maps_in} maps of {side}×{side}. "
        "How many parameters and connections has it?",
        f"{right:,} and {lines:,}",
        {
            f"{weights:,} and {weights:,}": "The biases left out, which the paper counts in both columns.",
            f"{maps * (side**2 + 1):,} and {maps * (side**2 + 1):,}": "A kernel has a sheet for each map that goes in.",
            f"{right:,} and {right * side**2:,}": "Each weight used at every cell? The kernel fits at one place only.",
        },
        f"{maps} times {maps_in}·{side}·{side} + 1, and each is used once, since the kernel fits at one place.",
    )


def drawing(random: Random) -> Item:
    """Why 84."""
    del random
    return Item(
        "Why has F6 84 units?",
        "It draws an image of 7×12 cells, which the output compares with printed characters.",
        {
            "120 and 84 were found by trying sizes.": "Section II-B gives the reason: codes are bitmaps.",
            "Ten classes need about eight units each.": "Every unit serves all classes; 84 is no multiple of ten.",
            "It is what S4 leaves after flattening.": "S4 leaves 400 numbers, which C5 reads.",
        },
        "84 is 7·12, and a code has a cell for each unit.",
    )


QUESTIONS = (subsampling, holes, connections, larger, bill, what_changed, noisy, hedge, fits_once, drawing)
