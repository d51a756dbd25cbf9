"""Exercises of "Divide by the neighbours"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "alexnet/lrn"
TORCH = "import torch\nfrom torch.nn import functional as F"

EXERCISES = (
    Exercise(
        "lrn-twins",
        "Twins",
        "warm-up",
        3,
        "One copy of a loud map takes the place of a silent map beside it; another time, of a silent map forty places "
        "away. In which case does the *original* come out smaller than before? The window is AlexNet's.",
        Choice(("beside it", "forty places away", "in both cases", "in neither")),
        right=("beside it",),
        slips=(
            instead("in both cases", "A window of five reaches two maps to each side, and no further."),
            instead("forty places away", "Those two do not know of each other. Who is in whose sum?"),
            instead("in neither", "A loud neighbour makes the sum larger, whoever it is."),
        ),
        why="Beside each other each is in the other's sum, so both shrink. LRN makes *neighbouring* copies of a kernel "
        "expensive, and only those.",
    ),
    Exercise(
        "lrn-turns-back",
        "Where it turns",
        "core",
        6,
        "A lone unit is turned up, its neighbours are silent. At which activation does its answer turn back, for "
        r"$\alpha = 10^{-2}$, $k = 2$ and $\beta = 0.75$?",
        Number(within=0.1),
        right=("(4 / 0.01) ** 0.5",),
        slips=(
            instead("4 / 0.01", "That is the *square* of the activation at which it turns."),
            instead("(2 / 0.01) ** 0.5", "There both terms of the divisor are equal, and the answer still rises."),
            instead("(4 / 1e-4) ** 0.5", "That is for the α of the paper, which is a hundred times smaller."),
        ),
        hints=(
            r"Set the derivative of $a\,(k + \alpha a^2)^{-0.75}$ to zero.",
            "The lesson's figure has three such tops. How do they depend on α?",
        ),
        why=r"The derivative is zero where $k + \alpha a^2 = 1.5\,\alpha a^2$, so at $a = \sqrt{2k/\alpha} = 20$.",
    ),
    Exercise(
        "lrn-by-hand",
        "Normalise by hand",
        "core",
        6,
        "Five maps have 1, 2, 3, 4 and 5 at one place, in this order. What are their five answers, for $n = 3$, "
        r"$k = 2$, $\alpha = 0.5$ and $\beta = 1$? Give a list of five numbers.",
        Values(within=0.006),
        right=(
            "a = [1, 2, 3, 4, 5]\n"
            "squares = [0] + [x**2 for x in a]\n"
            "mine = [a[i] / (2 + 0.5 * sum(squares[i : i + 3])) for i in range(5)]",
        ),
        slips=(
            edit(
                "sum(squares[i : i + 3])",
                "(sum(squares[i : i + 3]) - squares[i + 1])",
                "The map's own square belongs to its sum too.",
            ),
            edit("x**2", "x", "The sum is one of squares."),
            edit("[0] + [x**2 for x in a]", "[25, 1, 4, 9, 16, 25, 1]", "The maps stand in a row and not in a ring."),
            edit("0.5 *", "0.5 / 3 *", "PyTorch's layer divides α by the window; the printed formula does not."),
        ),
        hints=("For map 2 the squares are 4, 9 and 16. How many does map 0 have?",),
        why="The sums of squares are 5, 14, 29, 50 and 41, so the answers are 1/4.5, 2/9, 3/16.5, 4/27 and 5/22.5. "
        "Map 4 is five times as loud as map 0, and both come out as 2/9.",
    ),
    Exercise(
        "lrn-mend",
        "Mend a normalisation",
        "core",
        8,
        "The listing means to be the printed formula: a window of `n` neighbouring *maps* at one place of `a`, which "
        "has the shape (images, maps, height, width). It runs, returns the right shape, and is another layer. Write "
        "it as `mine(a, n, k, alpha, beta)`; `n` is odd.",
        Function("[(100 * torch.rand(2, 7, 3, 4), 5, 2.0, 1e-4, 0.75), (torch.rand(1, 4, 5, 2), 3, 1.0, 0.5, 0.5)]"),
        given=TORCH + "\n\ndef broken(a, n, k, alpha, beta):\n"
        "    side = n // 2\n"
        "    squares = F.pad(a.square(), (side, side))\n"
        "    S = squares.unfold(-1, n, 1).sum(-1)\n"
        "    return a / (k + alpha * S) ** beta",
        start="def mine(a, n, k, alpha, beta):\n    ...",
        right=(
            "def mine(a, n, k, alpha, beta):\n"
            "    side = n // 2\n"
            "    squares = F.pad(a.square(), (0, 0, 0, 0, side, side))\n"
            "    S = squares.unfold(1, n, 1).sum(-1)\n"
            "    return a / (k + alpha * S) ** beta",
            "def mine(a, n, k, alpha, beta):\n"
            "    N, b = a.shape[1], torch.empty_like(a)\n"
            "    for i in range(N):\n"
            "        first, last = max(0, i - n // 2), min(N - 1, i + n // 2)\n"
            "        S = a[:, first : last + 1].square().sum(1)\n"
            "        b[:, i] = a[:, i] / (k + alpha * S) ** beta\n"
            "    return b",
            "def mine(a, n, k, alpha, beta):\n    return F.local_response_norm(a, n, n * alpha, beta, k)",
        ),
        slips=(
            instead("mine = broken", "This still sums along a row of the image. Which axis are the maps?"),
            instead(
                "def mine(a, n, k, alpha, beta):\n    return F.local_response_norm(a, n, alpha, beta, k)",
                "PyTorch divides alpha by the window before use; the printed formula does not.",
            ),
            edit(
                "alpha * S) ** beta",
                "alpha * (S - a.square())) ** beta",
                "A map's own square stays in its sum.",
            ),
            edit(
                "a.square(), (0, 0, 0, 0, side, side))\n    S = squares.unfold(1,",
                "a.square(), (0, 0, side, side))\n    S = squares.unfold(2,",
                "Now the neighbours are the rows above and below. Which axis are the maps?",
            ),
        ),
        hints=("`F.pad` counts its pairs from the last axis: width, height, maps.",),
        why="Padding and window have to run along axis 1. The broken layer blurs over neighbouring *pixels*: the "
        "program of 2012 has such a normalisation too, inside the maps of layer 2, and the paper does not mention it.",
    ),
    Exercise(
        "lrn-in-tensorflow",
        "In TensorFlow",
        "core",
        6,
        "TensorFlow's layer takes the plain sum of squares, and its window is given by a *radius*: 1 means the map and "
        "one neighbour on each side. Write `mine(x, radius, bias, alpha, beta)` that returns for `x` of shape (images, "
        "maps, height, width) what TensorFlow would, with a single call of `F.local_response_norm`.",
        Function("[(torch.rand(2, 8, 2, 3), 1, 1.0, 0.5, 0.75), (torch.rand(1, 9, 3, 2), 3, 2.0, 2.0, 0.5)]"),
        given=TORCH,
        start="def mine(x, radius, bias, alpha, beta):\n    ...",
        right=(
            "def mine(x, radius, bias, alpha, beta):\n"
            "    n = 2 * radius + 1\n"
            "    return F.local_response_norm(x, n, n * alpha, beta, bias)",
        ),
        slips=(
            edit("n * alpha", "alpha", "PyTorch divides alpha by the window, so its sum is a mean; here it is not."),
            edit("n * alpha", "alpha / n", "PyTorch divides already. What undoes a division?"),
            edit("2 * radius + 1", "radius", "A radius counts one side; PyTorch's size is the whole window."),
            edit("2 * radius + 1", "2 * radius", "Both sides, and the map itself in the middle."),
            instead(
                "def mine(x, radius, bias, alpha, beta):\n"
                "    return F.local_response_norm(x, radius, alpha, beta, bias)",
                "Two things differ: how the window is named, and what happens to alpha.",
            ),
        ),
        hints=("Which size has a window of radius 1? Of radius 2?",),
        why="The window has 2·radius + 1 maps, and alpha times that number undoes PyTorch's division. The layer that "
        "*ran* in 2012 is `(x, 2, bias=2, alpha=2e-5, beta=0.75)` there; the printed one has `alpha=1e-4`. Whoever "
        "copies a 5 and 1e-4 from the program gets a window of eleven maps, five times as strong.",
    ),
    Exercise(
        "lrn-even-window",
        "Even windows",
        "core",
        5,
        "With $n = 4$ the formula sums from $i - 2$ to $i + 2$, five terms. PyTorch's layer of size 4 sums over four. "
        "Which maps are in its sum for map 10? Try it with one loud map among silent ones, or with ones.",
        Choice(("7 to 10", "8 to 11", "9 to 12", "8 to 12")),
        right=("8 to 11",),
        slips=(
            instead("9 to 12", "Four maps, but the other way round. With maps of ones: how many terms has map 0?"),
            instead("7 to 10", "The map has a neighbour above it as well. With ones: how many terms has the last map?"),
            instead("8 to 12", "That is the formula's five terms."),
        ),
        hints=("`1 / F.local_response_norm(ones, 4, alpha=4.0, beta=1.0, k=0.0)` counts the terms of each map.",),
        why="Maps of ones have 2, 3, 4, 4, … and at the end 4, 3 terms: two maps below, one above. For odd windows "
        "formula and layer agree, for even ones they do not.",
    ),
    Exercise(
        "lrn-to-rmsnorm",
        "Open the window",
        "challenge",
        10,
        "Write RMSNorm over the maps with a single call of `F.local_response_norm`: `mine(x, eps)` returns `x`, of "
        "shape (images, maps, height, width), divided by the root of `eps` plus the mean of the squares of all maps "
        "at the same place.",
        Function("[(torch.randn(2, 6, 3, 2), 1e-6), (10 * torch.randn(1, 5, 2, 4), 0.5)]"),
        given=TORCH,
        start="def mine(x, eps):\n    ...",
        right=(
            "def mine(x, eps):\n"
            "    N = x.shape[1]\n"
            "    n = 2 * N - 1\n"
            "    return F.local_response_norm(x, n, alpha=n / N, beta=0.5, k=eps)",
        ),
        slips=(
            edit("alpha=n / N", "alpha=1 / N", "PyTorch divides alpha by the window first. Which alpha leaves 1/N?"),
            edit("alpha=n / N", "alpha=1.0", "PyTorch divides by the window, 2N − 1; there are only N maps."),
            edit("2 * N - 1", "N", "A window of N in the middle of the first map misses the last ones."),
            edit("beta=0.5", "beta=0.75", "The *root* of the mean square: which power is that?"),
        ),
        hints=("How wide must a window be that has map 0 in its middle and still reaches the last map?",),
        same={
            "n = 2 * N + 1": "A wider window holds all maps too, and its own size is divided away.",
            "n = 2 * N - 0": "All maps lie within a window of this size, too.",
            "n = 2 * N": "All maps lie within a window of this size, too.",
            "n = 3 * N - 1": "A wider window holds all maps too.",
        },
        why="2N − 1 maps around each one hold all N, and alpha = (2N − 1)/N leaves 1/N of the sum: the mean. Language "
        "models of today normalise with this layer, and a trained scale behind it.",
    ),
)
