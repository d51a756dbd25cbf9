"""Exercises of "Clock AlexNet layer by layer"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Network, Number, Values

LESSON = "beyond/cost-and-time"

EXERCISES = (
    Exercise(
        "least-time",
        "The longer of two",
        "warm-up",
        4,
        "A layer makes `macs` multiplications and has to move `count` bytes. The processor makes `rate` "
        "multiplications a second and moves `reading` bytes a second, both at once. Write `mine(macs, count, rate, "
        "reading)`: the least time of the layer in milliseconds.",
        Function("[(4e8, 2e6, 5e10, 2e10), (4e7, 1.5e8, 5e10, 2e10), (0, 1.4e6, 5e10, 2e10)]"),
        start="def mine(macs, count, rate, reading):\n    ...",
        right=("def mine(macs, count, rate, reading):\n    return 1000 * max(macs / rate, count / reading)",),
        slips=(
            edit(
                "max(macs / rate, count / reading)",
                "(macs / rate + count / reading)",
                "Both go on at once, so they do not add up.",
            ),
            edit("max", "min", "That is the shorter one. Until the other is done, the layer is not."),
            edit("max(macs / rate, count / reading)", "macs / rate", "A layer may wait for its bytes."),
            edit("1000 * ", "", "Those are seconds."),
        ),
        hints=("How long would each of the two take alone?",),
        same={"return 1000 * max(count / reading, macs / rate)": "The larger of two, in either order."},
        why="A count of multiplications alone is a lower bound, and so is a count of bytes; the longer one counts.",
    ),
    Exercise(
        "a-384th",
        "A 384th of the multiplications",
        "core",
        8,
        "Some networks for phones use a convolution in which each map reads only itself: `groups` is the number of "
        "maps. Write `mine(maps, k, n)`: how many multiplications such a k×k convolution (with biases, and padded so "
        "that the size stays) makes on maps of n×n for each byte that has to move at least once. Weights, biases, "
        "input and output move, four bytes a number. For comparison: AlexNet's convolutions make 34 to 99.",
        Function("[(384, 3, 13), (8, 5, 4), (2, 1, 1)]"),
        start="def mine(maps, k, n):\n    ...",
        right=(
            "def mine(maps, k, n):\n"
            "    macs = maps * n * n * k * k\n"
            "    numbers = maps * (k * k + 1) + 2 * maps * n * n\n"
            "    return macs / (4 * numbers)",
            "def mine(maps, k, n):\n    return n**2 * k**2 / (4 * (k**2 + 1 + 2 * n**2))",
        ),
        slips=(
            edit(
                "macs / (4 * numbers)", "macs / numbers", "That is for each number that moves. A number has four bytes."
            ),
            edit(
                "macs = maps * n * n * k * k",
                "macs = maps * n * n * maps * k * k",
                "That is the number without groups. Here each map reads only itself.",
            ),
            edit("2 * maps * n * n", "maps * n * n", "The input has to be fetched and the output stored: both move."),
            edit("maps * (k * k + 1)", "maps * (maps * k * k + 1)", "A kernel has k·k weights here, for one map."),
            edit(" + 2 * maps * n * n", "", "Those are the weights alone. The maps move as well."),
        ),
        hints=("How many numbers do the maps have that come in, and that go out? And how many weights are there?",),
        why="For 384 maps of 13×13 it is 1.1: it waits for memory. Clock it against the same without groups: 384 times "
        "fewer multiplications, and on our machine about fifty times less time. A good bargain still, but not what the "
        "count promised.",
    ),
    Exercise(
        "bound-for-pooling",
        "The bound for pooling",
        "core",
        5,
        "AlexNet's pool1 reads 96 maps of 55×55 and returns 96 of 27×27. It has no weights and no multiplications. At "
        "24 GB (24·10⁹ bytes) a second, how many milliseconds does it take at least to fetch and store its numbers?",
        Number("ms", within=0.0005),
        right=(
            "4 * 96 * (55**2 + 27**2) / (24 * 10**6)",
            "from cnnlessons import CATALOGUE, trace\n"
            'row = trace(CATALOGUE["alexnet-2012"])["pool1"]\n'
            "mine = 4 * (96 * 55**2 + row.units) / 24e6",
        ),
        slips=(
            instead("96 * (55**2 + 27**2) / 24e6", "Numbers counted as bytes: each has four."),
            instead("4 * 96 * 55**2 / 24e6", "Its input has to be fetched; what it returns has to be stored too."),
            instead("4 * 96 * 27**2 / 24e6", "It stores so much. Before that it has to fetch its input."),
            instead(
                "0", "Without multiplications there are still bytes that move, and a second has 1,000 milliseconds."
            ),
        ),
        hints=("How many bytes are both together? It is more than a million.",),
        why="Less than a tenth of a millisecond; the lesson's clock says more than ten times as much. It waits neither "
        "for memory nor for multiplications: comparing nine numbers in each window is work that MACs do not count. A "
        "bound is a bound, no more.",
    ),
    Exercise(
        "batch-pays",
        "When a batch pays",
        "challenge",
        12,
        "A dense layer fetches its weights and biases once for a whole batch, and moves input and output of each "
        "image, four bytes a number. Write `mine(inputs, units, wanted)`: the smallest batch at which it makes at "
        "least `wanted` multiplications for each byte. Try it with AlexNet's fc6, 9,216 inputs and 4,096 "
        "units, and 10.",
        Function("[(9216, 4096, 10), (30, 20, 2), (12, 50, 1), (9216, 4096, 0.1), (20, 8, 1)]"),
        given="import math",
        start="def mine(inputs, units, wanted):\n    ...",
        right=(
            "def mine(inputs, units, wanted):\n"
            "    weights, need = inputs * units, 4 * wanted\n"
            "    gain = weights - need * (inputs + units)\n"
            "    return math.ceil(need * (weights + units) / gain)",
            "def mine(inputs, units, wanted):\n"
            "    weights = inputs * units\n"
            "    b = 1\n"
            "    while b * weights < 4 * wanted * (weights + units + b * (inputs + units)):\n"
            "        b += 1\n"
            "    return b",
        ),
        slips=(
            edit("4 * wanted", "wanted", "That is for each *number* that moves. It has four bytes."),
            edit(
                "weights - need * (inputs + units)",
                "weights",
                "That leaves out the images' own numbers, and in a large batch they count.",
            ),
            edit(
                "need * (weights + units)",
                "need * weights",
                "The biases have to be fetched as well. For small layers they matter.",
            ),
            edit("math.ceil", "math.floor", "You round down: there it has not quite reached what is wanted."),
        ),
        hints=(
            "Write both down for a batch of b: the multiplications, and the bytes.",
            "Try b = 1, 2, 3 and so on until it is enough.",
        ),
        why="41 images for fc6; the weights alone would say 40. Each image adds a multiplication for each weight, and "
        "hardly any bytes.",
    ),
    Exercise(
        "depthwise-pair",
        "Split a convolution",
        "core",
        6,
        "`nn.Conv2d(64, 128, 3, padding=1)` mixes places and maps in one step. Build the pair that replaces it in "
        "networks for phones (Howard et al., 2017), as an `nn.Sequential` without activations: first a 3×3 convolution "
        "in which each of the 64 maps reads only itself, then one that makes 128 maps and looks at one place at a "
        "time. Sizes stay.",
        Network((64, 14, 14)),
        given="from torch import nn",
        right=("mine = nn.Sequential(\n    nn.Conv2d(64, 64, 3, padding=1, groups=64), nn.Conv2d(64, 128, 1))",),
        slips=(
            edit(
                ", groups=64",
                "",
                "Without groups each map reads all 64: that is an ordinary convolution, and a large one.",
            ),
            edit(", padding=1", "", "Without padding the maps lose a row at each edge."),
            edit(
                "nn.Conv2d(64, 128, 1)",
                "nn.Conv2d(64, 128, 3, padding=1)",
                "The second looks at one place, not at nine.",
            ),
            instead(
                "nn.Sequential(nn.Conv2d(64, 128, 1), nn.Conv2d(128, 128, 3, padding=1, groups=128))",
                "The order is turned around: first the places, then the maps.",
            ),
        ),
        hints=("`groups` cuts maps and kernels into groups that do not read each other.",),
        why="9 + 128 multiplications for each number that comes in, instead of 9·128: more than eight times fewer.",
    ),
    Exercise(
        "half-the-work",
        "Half the work",
        "core",
        4,
        "All hidden layers of a VGG are made narrower by one factor, so that its convolutions make half as many "
        "multiplications. Which factor, nearly? With 0.9, nine tenths of the maps would stay.",
        Number("", within=0.008),
        right=("0.5**0.5",),
        slips=(
            instead("0.5", "Half as many maps, each of which reads half as many: that makes a quarter."),
            instead("0.25", "Half as many maps would make a quarter of the work already. Fewer must go."),
            instead("0.75", "Three quarters of three quarters are more than a half."),
            instead("0.5 ** (1 / 3)", "Maps in and maps out are two factors. The sides of the maps stay."),
        ),
        hints=("With the factor f there are f times as many maps, and each of them reads f times as many.",),
        why="f² = ½, so f = 0.71. Weights go down by the same square, and what is kept for the backward pass "
        "only by f.",
    ),
    Exercise(
        "returns-nothing",
        "A network that returns nothing",
        "warm-up",
        3,
        "A common listing of LeNet forgets the `return` in `forward`. You ask torchinfo for a summary of it, for ten "
        "images. What does the summary show?",
        Choice(
            (
                "an error",
                "no parameters and no mult-adds",
                "all parameters and all mult-adds",
                "all parameters, but no mult-adds",
            )
        ),
        right=("all parameters and all mult-adds",),
        slips=(
            instead("an error", "A function without `return` returns None, and nothing here asks what came back."),
            instead("no parameters and no mult-adds", "The layers are there, and they are called."),
            instead(
                "all parameters, but no mult-adds",
                "`forward` runs, so each layer multiplies before its result is lost.",
            ),
        ),
        hints=("What does it watch: what the network returns, or what its modules do?",),
        why="It watches the modules, and they are all called: 60,856 parameters and 4.22 million mult-adds. A summary "
        "is no test.",
    ),
    Exercise(
        "megabytes-of-a-summary",
        "The direction of an error",
        "core",
        8,
        "torchinfo's *Forward/backward pass size* counts the outputs of layers with parameters, twice, four bytes a "
        "number. `saved_bytes` counts what PyTorch keeps. Give both for one image of `vgg-D-bn`, in megabytes "
        "of 10⁶ bytes.",
        Values(("summary", "kept"), within=0.6),
        given="from cnnlessons import CATALOGUE, trace\nfrom cnnlessons.memory import saved_bytes",
        right=(
            'table = trace(CATALOGUE["vgg-D-bn"])\n'
            "outputs = sum(row.units for row in table if row.params)\n"
            "kept = sum(saved_bytes(table).values())\n"
            "mine = [2 * 4 * outputs / 10**6, kept / 10**6]",
        ),
        slips=(
            edit("2 * 4 * outputs", "4 * outputs", "It counts each output twice, the second time for its gradient."),
            edit(
                " if row.params", "", "Pooling, ReLU and dropout count nothing in the summary: they have no parameters."
            ),
            edit("vgg-D-bn", "vgg-D", "That is the one without batch normalisation."),
            edit("2 * 4 * outputs", "2 * outputs", "Numbers counted, not bytes."),
        ),
        hints=("A trace's rows have `units`, the numbers of the output, and `params`.",),
        why="217 MB for 127, and 108 for 73 without batch normalisation: too high in both. Kept are the activations, "
        "the pools' places and, with batch normalisation, also its inputs; torchinfo counts the outputs of "
        "convolutions and of normalisations twice instead.",
    ),
)
