"""Ten questions on AlexNet, paper and program (session 8)."""

from random import Random

from cnnlessons.claims.logged import IMAGES, TEN_SCHEDULES, run
from cnnlessons.claims.rates import rate
from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import Conv, count_windows


def guesses(random: Random) -> Item:
    """The top-5 error, from ranks."""
    first, late, middle = random.choice((4, 5)), random.choice((1, 2)), random.choice((1, 2))
    ranks = [1] * first + [random.choice((4, 5)) for _ in range(middle)] + random.sample((6, 7, 9, 30), late)
    ranks += [random.choice((2, 3)) for _ in range(10 - len(ranks))]
    random.shuffle(ranks)

    def error(k: int) -> str:
        return f"{10 * sum(rank > k for rank in ranks)} %"

    return Item(
        f"Ten images; the right class has the rank {', '.join(map(str, ranks))}. What is the top-5 error?",
        error(5),
        {
            error(1): "The top-1 error: one guess only.",
            f"{10 * (10 - late)} %": "The accuracy, the share of images that are right.",
            error(3): "Ranks 4 and 5 counted as missed; five guesses reach them.",
        },
        f"The images missed with five guesses are those of a rank above 5, {late} of 10.",
    )


def pair(random: Random) -> Item:
    """An average taken for one network."""
    seven = rate("2012 test", "five and two pre-trained")
    one = rate("2012 val", "AlexNet")
    return Item(
        f"A text says: “The network reached a top-5 error of {seven.top5} % in the contest of 2012.” "
        "What has to be put right?",
        f"It was an average of {seven.networks} networks, some trained on more images.",
        {
            "It was the top-1 error.": "Of the contest itself there is no top-1 error; five guesses were allowed.",
            f"It was {100 - seven.top5:g} %.": "That would be an error worse than that of hand-made features; "
            "it is the accuracy.",
            "It was measured on the images of 2010.": "There one network missed more. The contest of 2012 had images "
            "of its own.",
        },
        f"A single AlexNet missed {one.top5} % of the validation images of 2012.",
    )


def narrower(random: Random) -> Item:
    """The interval and the number of images."""
    n, times = random.choice((5_000, 10_000, 50_000)), random.choice((3, 4, 5))
    return Item(
        f"An error rate, measured on {n:,} images, has a 95 % interval. How many images make it {times} times "
        "narrower, at the same rate?",
        f"{n * times**2:,}",
        {
            f"{n * times:,}": "The interval goes with the root of the number of images, not with the number.",
            f"{n * times**3:,}": "One factor too many.",
            f"{n * 2 * times:,}": f"Twice {times}, where {times} squared is needed.",
        },
        f"√(p(1−p)/n): {times} times narrower takes {times}² = {times**2} times the images.",
    )


def grouped(random: Random) -> Item:
    """Parameters of a grouped convolution."""
    inputs, maps, k = random.choice((64, 96, 128)), random.choice((192, 256)), random.choice((3, 5))
    right = Conv("c", maps, k, groups=2).params((inputs, 27, 27))
    weights = right - maps
    return Item(
        f"A convolution with `groups=2` makes {maps} maps of {inputs}, with kernels of {k}×{k} and biases. How many "
        "parameters has it?",
        f"{right:,}",
        {
            f"{Conv('c', maps, k).params((inputs, 27, 27)):,}": "Without groups: each kernel reads all maps.",
            f"{weights:,}": "The biases are missing, one for each map.",
            f"{weights // 2 + maps:,}": "Halved twice: a kernel reads half of the maps, but there are as many.",
        },
        f"Each of {maps} kernels reads {inputs} / 2 maps: {maps} · ({inputs // 2} · {k * k} + 1) = {right:,}.",
    )


def rounded_up(random: Random) -> Item:
    """Windows of the program of 2012."""
    k, s = random.choice(((11, 3), (13, 4), (9, 2)))
    places = random.randrange(20, 50)
    n = k + s * (places - 1) + random.randrange(1, s)  # not whole
    right = count_windows(n, k, s, ceil=True)
    return Item(
        f"The program of 2012 rounds the number of places up. How many windows of {k}, stride {s}, does it lay over "
        f"{n} pixels without padding?",
        str(right),
        {
            str(count_windows(n, k, s)): "Rounded down, as PyTorch does.",
            str(right + 1): "One too many: it would begin beyond the pixels that are left.",
            str(-(-n // s)): "The width of the window left out.",
        },
        f"⌈({n} − {k})/{s}⌉ + 1 = {right}; the last window hangs over the edge.",
    )


def classes(random: Random) -> Item:
    """What one division tells."""
    units, there, fewer = random.choice((512, 1024, 4096)), 1000, random.randrange(700, 960, 10)
    off = fewer * (units + 1)
    return Item(
        f"A network has {off:,} parameters fewer than its relative with {there:,} classes. Its last layer reads "
        f"{units:,} numbers and has biases; nothing else differs. How many classes has it?",
        str(there - fewer),
        {
            str(fewer): "So many classes are missing.",
            str(there - fewer + 1): "One off: the quotient is a whole number, nothing has to be rounded.",
            str(there - fewer - 1): "One off: the bias of a class is in the cost of a class already.",
        },
        f"A class costs {units:,} + 1 numbers; {off:,} / {units + 1:,} = {fewer} classes are missing.",
    )


def rows(random: Random) -> Item:
    """What a flattening with a −1 chooses."""
    images, side = random.choice(((3, 12), (5, 12), (2, 18), (3, 18)))
    right = images * side**2 // 36
    return Item(
        f"`view(-1, 6 * 6 * 256)` gets {images} images, each 256 maps of {side}×{side}. What comes out?",
        f"{right} rows",
        {
            f"{images} rows": "So `flatten(1)` would make them, longer ones.",
            f"{images * side // 6} rows": "The maps are larger in both directions.",
            "an error": "The numbers divide evenly, so there is none, and that is the trouble.",
        },
        f"{images} · {side}·{side}·256 numbers make {right} rows of 6·6·256.",
    )


def printed_alpha(random: Random) -> Item:
    """One constant, two meanings."""
    alpha, n = random.choice((1e-4, 3e-4, 1e-3)), random.choice((3, 5, 9))
    return Item(
        f"A program divides LRN's α by its window before use, as that of 2012 did. Its file says α = {alpha:g}, with a "
        f"window of {n}. Which α makes a library do the same that multiplies the plain sum of squares?",
        f"{alpha / n:.2g}",
        {
            f"{alpha:.2g}": "Right only in a library that divides by the window, too, as PyTorch's.",
            f"{alpha * n:.2g}": "Multiplied where the program divides.",
            f"{alpha / n**2:.2g}": "Divided twice; the sum runs over maps, not over a square.",
        },
        f"What multiplied the plain sum was {alpha:g} / {n} = {alpha / n:.2g}.",
    )


def no_trace(random: Random) -> Item:
    """What a count can see."""
    whole = trace(CATALOGUE["alexnet-2012"]).params
    down = trace(CATALOGUE["alexnet-2012"], (3, 224, 224)).params
    return Item(
        "Which change of AlexNet shows in its number of parameters?",
        "224 pixels, windows rounded down, and a first fully connected layer to suit",
        {
            "tanh for every ReLU": "An activation function has no weights, whichever it is.",
            "no local response normalisation": "Its four constants are fixed and not counted.",
            "no dropout": "Dropout has no weights.",
        },
        f"The last map is 5×5 then, and the first fully connected layer is smaller: {down:,} for {whole:,}.",
    )


def single_runs(random: Random) -> Item:
    """One run against one other."""
    tops = [100 * run(net).top1 for net in TEN_SCHEDULES]
    gain = 100 * (run("147").top1 - run("145").top1)
    return Item(
        f"With overlapping pools one run missed {gain:.1f} points fewer of {IMAGES['2012 validation']:,} images than "
        "one run without. What may be concluded?",
        "The two runs cannot tell whether overlap helps.",
        {
            "Overlap helps by so much.": "That is about one standard error of the difference, and one run each.",
            "Overlap does not help.": "An effect that was not seen may still be there.",
            "More images would settle it.": "Against the luck of a single run only more runs help.",
        },
        "Ten runs of one network, its step size lowered at other epochs, lie up to "
        f"{max(tops) - min(tops):.1f} points apart.",
    )


QUESTIONS = (
    guesses,
    pair,
    narrower,
    grouped,
    rounded_up,
    classes,
    rows,
    printed_alpha,
    no_trace,
    single_runs,
)
