"""Exercises of "Count AlexNet"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Function, Network, Number, Values

LESSON = "alexnet/alexnet-2012"

EXERCISES = (
    Exercise(
        "conv2-uncut",
        "Uncut",
        "warm-up",
        4,
        "How many multiplications would conv2 need for one image if each of its 256 kernels of 5×5 read all 96 "
        "maps? Its maps are 27×27. Work it out with a pencil; three digits are enough.",
        Number("multiplications", within=500_000),
        right=("27 * 27 * 256 * 5 * 5 * 96",),
        slips=(
            instead("27 * 27 * 256 * 5 * 5 * 48", "That is what it needs in two groups, where a kernel reads 48 maps."),
            instead("256 * 5 * 5 * 96", "Those are its weights. Each of them works at every place of the map."),
            instead(
                "55 * 55 * 256 * 5 * 5 * 96",
                "conv1's maps are 55×55, and a pool follows. How many places has conv2's map?",
            ),
        ),
        hints=("How many units has conv2, and how many numbers does one of them read?",),
        why="Each of 256·27·27 = 186,624 units reads 5·5·96 = 2,400 numbers: 447,897,600, twice the 223,948,800 "
        "of the cut layer.",
    ),
    Exercise(
        "view-of-pool5",
        "One layer further",
        "warm-up",
        3,
        "A unit of conv5 sees 163 pixels of the image's width, and neighbouring units look 16 pixels further on. "
        "How wide is what a unit of pool5 sees, whose window is 3×3?",
        Number("pixels"),
        right=("163 + 2 * 16",),
        slips=(
            instead("163 + 3 * 16", "Three cells are two steps apart, the first from the last."),
            instead(
                "163 + 2 * 2",
                "The pool's stride does not matter yet. How far apart are two cells of conv5 in the image?",
            ),
            instead("3 * 163", "The three views overlap: they are 16 pixels apart, not 163."),
        ),
        hints=("The first of the three cells sees 163 pixels. How much further does the last one reach?",),
        why="Three cells, two steps of 16 pixels: 195 of 227.",
    ),
    Exercise(
        "square-maps",
        "Check a caption",
        "core",
        6,
        "Write the check that finds the slip in Figure 2: `mine(neurons, maps)` returns the side of the square "
        "maps, as a whole number, or `None` if no whole side gives so many neurons.",
        Function("[(253_440, 96), (290_400, 96), (43_264, 256), (100, 7), (1001, 10), (96, 96), (1200, 96)]"),
        start="def mine(neurons, maps):\n    ...",
        right=(
            "from math import isqrt\n\n"
            "def mine(neurons, maps):\n"
            "    side = isqrt(neurons // maps)\n"
            "    return side if side * side * maps == neurons else None",
            "def mine(neurons, maps):\n"
            "    for side in range(1, neurons + 1):\n"
            "        if side * side * maps >= neurons:\n"
            "            return side if side * side * maps == neurons else None",
        ),
        slips=(
            edit(
                "side if side * side * maps == neurons else None",
                "side",
                "That gives every layer a side, the one of the caption too. Multiply back: do you get the neurons?",
            ),
            edit(
                "    side = isqrt(neurons // maps)\n    return side if side * side * maps == neurons else None",
                "    return round((neurons / maps) ** 0.5)",
                "Rounding hides the slip: 51.38 is no side. Answer None where it is not whole.",
            ),
            edit(
                "side if side * side * maps == neurons else None",
                "side if neurons % maps == 0 else None",
                "Neurons that divide by the maps are not enough: the quotient has to be a square.",
            ),
        ),
        hints=("`math.isqrt` returns the whole part of a root. Is its square what you started from?",),
        same={
            "side = isqrt(-(-neurons // maps))": "Where the division leaves a rest, multiplying back fails either way.",
        },
        why="253,440 neurons in 96 maps have no whole side; 290,400 have 55.",
    ),
    Exercise(
        "down-to-the-pixel",
        "Down to the pixel",
        "core",
        6,
        "A trained fc6 fits only behind maps of 6×6. Which square images give them, with windows rounded down? "
        "Answer with the smallest and the largest side.",
        Values(("smallest", "largest")),
        given="from cnnlessons import CATALOGUE, trace\n\narch = CATALOGUE['alexnet-2012']",
        right=(
            "[11 + 4 * 54, 11 + 4 * 54 + 4 * 2 * 2 * 2 - 1]",
            "def last(n):\n"
            "    return trace(arch, (3, n, n))['pool5'].shape_out\n\n"
            "fits = [n for n in range(200, 300) if last(n) == (256, 6, 6)]\n"
            "mine = [fits[0], fits[-1]]",
        ),
        slips=(
            instead(
                "[227, 230]",
                "For these sizes the *first* maps are 55 wide. The pools round down, too, so wider first maps can end "
                "in 6×6 as well.",
            ),
            instead("[224, 255]", "With 224, rounded down, conv1 returns 54×54, and the last maps are 5×5."),
            instead(
                "[227, 259]",
                "The first is right. At the last one the maps are 7×7 already: count the sizes from the first on.",
            ),
        ),
        hints=(
            "`trace(arch, (3, n, n))['pool5'].shape_out` is the shape behind the last pool.",
            "The strides 4, 2, 2 and 2 have to move the last map by one: how many pixels is that?",
        ),
        why="227 to 258: each of the strides 4, 2, 2 and 2 rounds down, so 32 sizes in a row end in the same "
        "maps. 227 is the smallest of them; with it no pixel and no cell is left over anywhere.",
    ),
    Exercise(
        "never-meet",
        "Never meet",
        "core",
        4,
        "What if conv3 did not cross either, but had two groups like conv4? It has 384 kernels of 3×3 and reads "
        "256 maps. How many parameters would go?",
        Number("parameters"),
        right=("384 * 3 * 3 * (256 - 128)",),
        slips=(
            instead("(384 * 3 * 3 * 256 + 384) / 2", "The biases stay: each map has one, in groups or not."),
            instead("384 * 3 * 3 * 256", "Those are the weights that it has now. Half of them stay."),
            instead("192 * 3 * 3 * 128", "That is one half. Both halves lose as much."),
        ),
        hints=("How deep is each of the 384 kernels now, and how deep would it be?",),
        why="442,368: each kernel loses half of its depth, and no bias. Two separate networks would look at the "
        "same image and meet only in fc6; no unit of conv5 could know anything of the other GPU's maps.",
    ),
    Exercise(
        "half-on-one-card",
        "Half on one card",
        "challenge",
        12,
        "The paper compares with a network on one GPU: no groups, and half as many kernels in every convolution, "
        "but for the last, which keeps all of its own (footnote 2). Build it, by changing `arch`: fc6, fc7 "
        "and fc8 stay as they are.",
        Network((3, 227, 227)),
        given="from dataclasses import replace\n\n"
        "from cnnlessons import CATALOGUE\n"
        "from cnnlessons.networks.layers import Conv\n\n"
        "arch = CATALOGUE['alexnet-2012']  # arch.map(f) applies f to each layer",
        right=(
            "def half(part):\n"
            "    if not isinstance(part, Conv):\n"
            "        return part\n"
            "    maps = part.maps if part.name == 'conv5' else part.maps // 2\n"
            "    return replace(part, groups=1, maps=maps)\n\n"
            "mine = arch.map(half)",
            "def one(name, maps):\n"
            "    return replace(arch[name], groups=1, maps=maps)\n\n"
            "mine = arch.change(conv1=one('conv1', 48), conv2=one('conv2', 128),\n"
            "                   conv3=one('conv3', 192), conv4=one('conv4', 192),\n"
            "                   conv5=one('conv5', 256))",
        ),
        slips=(
            edit(
                "part.maps if part.name == 'conv5' else part.maps // 2",
                "part.maps // 2",
                "The last convolution was not halved: with half of its maps fc6 would read half as much, and the "
                "two nets would not have about the same number of parameters.",
            ),
            edit("groups=1, maps=maps", "maps=maps", "On one GPU nothing is cut: the groups have to go."),
            edit(
                "part.maps if part.name == 'conv5' else part.maps // 2",
                "part.maps",
                "That is AlexNet without the cut, with all of its kernels. Halve those of conv1 to conv4.",
            ),
        ),
        hints=(
            "`replace(arch['conv1'], maps=48)` is conv1 with half of its kernels.",
            "`part.name` tells which of the convolutions it is.",
        ),
        same={"maps = part.maps if part.name == 'conv5' else -(-part.maps // 2)": "All the numbers of maps are even."},
        why="59,798,312 parameters, 98 % of AlexNet: fc6 and fc7 have nearly all of them, so “the two nets have "
        "approximately the same number of parameters”, as the footnote says.",
    ),
)
