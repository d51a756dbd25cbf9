"""Ten questions on bugs that raise no error (session 3)."""

from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import count_windows

FAULTLESS = CATALOGUE["lenet-003-corrected"]


def last(n: int, k: int = 5) -> int:
    """The side of the last maps for an image of n×n: two times a convolution of k×k and a pool of 2×2."""
    for _ in range(2):
        n = count_windows(count_windows(n, k), 2, 2)
    return n


def rows(random: Random) -> Item:
    """How many rows a view makes."""
    n, batch = random.choice(((28, 25), (28, 50), (52, 12), (52, 30), (64, 25), (64, 75)))
    numbers = batch * 16 * last(n) ** 2
    right = numbers // 400
    return Item(
        f"A LeNet for 32×32 (16 maps of 5×5 at the end) flattens with `view(-1, 400)`. A batch of {batch} images "
        f"of {n}×{n} has {numbers:,} numbers there. How many answers come out?",
        str(right),
        {
            f"{batch:,}": "The −1 does not stand for the batch; it becomes whatever makes the product right.",
            f"{16 * batch:,}": "A row for each map. The view cuts every 400 numbers.",
            f"{numbers:,}": "That is all the numbers; 400 of them make one row.",
        },
        f"{numbers:,} / 400 = {right}, and nothing complains, since the division leaves no rest.",
    )


def begins(random: Random) -> Item:
    """The row in which an image begins."""
    n, k = random.choice((56, 60, 64)), random.choice((1, 2, 3))
    each = 32 * last(n) ** 2
    right = k * each // 800
    return Item(
        f"Images of {n}×{n} have {each:,} numbers each in front of `view(-1, 800)`. Count images and rows from 0. "
        f"In which row does image {k} begin?",
        str(right),
        {
            str(right + 1): "Rounded up: its first numbers fill the row in which the image before it ends.",
            str(k): "A row for each image is what flatten(1) gives.",
            str(k * each // 400): "Rows of 400. This view cuts every 800 numbers.",
        },
        f"{k} · {each:,} numbers lie before it, and {k * each:,} / 800 = {k * each / 800:.2f}: row {right}.",
    )


def silent(random: Random) -> Item:
    """What does not notice a missing return."""
    return Item(
        "The `forward` of a network lacks its `return`. Which of these looks perfect all the same?",
        "a summary of its layers with all parameters",
        {
            "the first loss of the training": "It gets None in place of scores, and stops.",
            "the shape of its output": "There is no output that could have a shape.",
            "the answers for two random images": "They are None, which the first look shows.",
        },
        "A summary looks at the layers, which are all there, and not at the answer.",
    )


def forgotten(random: Random) -> Item:
    """Parameters of a missing output layer."""
    hidden, classes = random.choice((60, 84, 120, 150)), random.choice((10, 26, 47))
    right = (hidden + 1) * classes
    return Item(
        f"The last hidden layer has {hidden} units, there are {classes} classes, and the output layer was forgotten. "
        "By how many parameters is the count too low?",
        f"{right:,}",
        {
            f"{hidden * classes:,}": "The biases are missing, one for each class.",
            f"{hidden * (classes + 1):,}": "The bias belongs to each output, not to each input.",
            f"{hidden * classes + 1:,}": "One bias for the whole layer; each output has its own.",
        },
        f"Each of {classes} outputs has {hidden} weights and a bias: {classes} · {hidden + 1} = {right:,}.",
    )


def unseen(random: Random) -> Item:
    """What a check of shapes, counts and row sums misses."""
    right, why = random.choice(
        (
            ("tanh in place of ReLU", "An activation changes no shape and has no parameter, and rows sum to anything."),
            ("a border of ones in place of zeros", "The border has the same size, whatever it holds."),
            ("a forgotten dropout", "Dropout changes no shape, has no parameter and is switched off by `eval`."),
        )
    )
    return Item(
        "A check sends two random images through a network. It looks at the shape of the answer, the number of "
        "parameters and the sum of each row. Which of these faults does it miss?",
        right,
        {
            "12 maps in C3 in place of 16": "The count shows it.",
            "a softmax at the end": "Each row sums to 1, and scores do not.",
            "a forgotten output layer": "The shape shows it, and so does the count.",
        },
        why,
    )


def arrives(random: Random) -> Item:
    """Numbers at the first linear layer."""
    n, k, maps = random.choice((28, 32, 36, 40)), random.choice((3, 5)), random.choice((20, 32, 50))
    side = last(n, k)
    return Item(
        f"Two convolutions of {k}×{k} without padding, each followed by a pool of 2×2; {maps} maps at the end. "
        f"How many numbers reach the first linear layer for an image of {n}×{n}?",
        f"{maps * side**2:,}",
        {
            f"{maps * (n // 4) ** 2:,}": f"{n} halved twice. Each convolution takes {k - 1} pixels as well.",
            str(side**2): f"One map. There are {maps} of them.",
            str(maps * side): "One row of each map; a map has as many rows as columns.",
        },
        f"The maps shrink to {side}×{side}, and {maps} · {side}² = {maps * side**2:,}.",
    )


def lazy(random: Random) -> Item:
    """A layer that takes what arrives."""
    return Item(
        "`nn.Linear(400, 120)` is replaced by `nn.LazyLinear(120)`. Then images of 28×28 come into this network for "
        "32×32. What happens?",
        "It trains, as another network with fewer parameters.",
        {
            "It raises an error that names both sizes.": "That is what nn.Linear does. The lazy one takes its size "
            "from the first batch.",
            "It fills the missing numbers with zeros.": "Nothing is filled up; the layer is made smaller.",
            "It scales the images to 32×32.": "A layer sees only what the layer before it hands over.",
        },
        "It takes what arrives, 256 numbers in place of 400, and has fewer weights. Convenient, and no longer a check.",
    )


def cause(random: Random) -> Item:
    """Find the change from the count."""
    whole = trace(FAULTLESS)
    counts = {
        "It reads colour images.": trace(FAULTLESS, (3, 32, 32)).params,
        "The output layer is missing.": whole.params - whole["output"].params,
        "Images of 28×28 come in without a border.": trace(CATALOGUE["lenet-002-keras"]).params,
        "C3 has holes, as in the paper.": whole.params
        - whole["C3"].params
        + trace(CATALOGUE["lenet5-1998"])["C3"].params,
    }
    right = random.choice(list(counts))
    return Item(
        f"A description of a LeNet for grey images of 32×32 promises {whole.params:,} parameters; the program has "
        f"{counts[right]:,}. What is the likely cause?",
        right,
        {text: f"That would give {count:,} parameters." for text, count in counts.items() if text != right},
        f"The difference of {abs(counts[right] - whole.params):,} parameters is just what this change makes.",
    )


def padded(random: Random) -> Item:
    """The first size at which a padded network betrays the tape."""
    n = random.choice((16, 24, 32, 40, 64))
    side = n // 4
    found = next(size for size in range(4 * side + 4, 4 * n) if 2 * (size // 4) ** 2 % side**2 == 0)
    return Item(
        f"A network for {n}×{n} whose convolutions keep the size, with two pools of 2×2, flattens with "
        f"`view(-1, …)`. Two images go in. What is the first size above {n} at which it gives a wrong number of "
        "answers and no error?",
        str(found),
        {
            str(n + 1): "The pools leave the last row out, so the maps are as large as before: two answers, rightly.",
            str(n + 4): "The maps are one cell larger there, and their numbers do not divide evenly: an error.",
            str(n + n // 2): "One and a half times: 2 · 9/4 rows would be needed, which is no whole number.",
        },
        f"At {found} each map is four old ones, so two images become eight rows. A check has to go up to twice "
        "the size.",
    )


def batches(random: Random) -> Item:
    """A bug that depends on the batch."""
    right = random.choice((25, 50, 75, 100))
    wrong = random.sample((10, 16, 20, 32, 40, 64, 80, 96, 128), 3)
    return Item(
        "Images of 28×28 (256 numbers each behind the last pool) go into a LeNet with `view(-1, 400)`. Which batch "
        "size raises no error?",
        str(right),
        {str(n): f"{n} · 256 = {n * 256:,} is no multiple of 400, so the view raises an error." for n in wrong},
        f"{right} · 256 = {right * 256:,} = {right * 256 // 400} · 400. Such a bug comes and goes with the batch.",
    )


QUESTIONS = (rows, begins, silent, forgotten, unseen, arrives, lazy, cause, padded, batches)
