"""Exercises of "Build VGG from five short lists"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Function, Network, Number, Values

LESSON = "vgg/vgg"

EXERCISES = (
    Exercise(
        "vgg-largest-image",
        "The largest image",
        "warm-up",
        4,
        "VGG-16's head needs maps of 7×7 behind the fifth pool. Each pool halves the side and rounds down. What is "
        "the side of the largest square image that its head still takes?",
        Number("pixels"),
        right=("7 * 32 + 31",),
        slips=(
            instead("7 * 32", "That is the smallest one. How many pixels more may be left out on the way?"),
            instead("8 * 32", "Then 8×8 come out. Which side is the last before that happens?"),
            instead(
                "7 * 32 + 5",
                "A pool leaves one column out, but a column of its own maps: behind four pools one is 16 pixels wide.",
            ),
        ),
        hints=("From which side on would 8×8 come out?",),
        why="8×8 would need 8·32 = 256. From 224 to 255 there are 7×7: the pools leave out up to "
        "1 + 2 + 4 + 8 + 16 = 31 pixels, and nobody is told.",
    ),
    Exercise(
        "vgg-pair-pays",
        "When does the pair pay?",
        "core",
        5,
        "Into a block come r·C maps, out of it go C. For which r have two 3×3 convolutions exactly as many weights as "
        "one 5×5? Biases do not count.",
        Number(),
        right=("9 / (25 - 9)",),
        slips=(
            instead("1", "Where as many maps go in as come out, the pair is lighter already: 18 against 25."),
            instead("1 / 2", "There the 5×5 is still a little lighter: 12.5 against 13.5."),
            instead("9 / 25", "The first 3×3 of the pair reads r·C maps, too; it has weights that depend on r."),
            instead("18 / 25", "Only the first 3×3 reads r·C maps. The second reads C, whatever r is."),
        ),
        hints=("In units of C² the 5×5 has 25 r weights. How many has each of the two 3×3?",),
        why="9 r + 9 = 25 r gives r = 9/16. A block that doubles its maps has r = 8/16, and is just on the wrong side.",
    ),
    Exercise(
        "vgg-four-for-nine",
        "Four for a nine",
        "core",
        5,
        "Blocks 3 and 4 of VGG-19 have four 3×3 convolutions; the first reads C/2 maps, all make C. Together they "
        "see as far as one 9×9 that reads C/2 and makes C. How many weights do they save, in units of C²?",
        Number("C²"),
        right=("81 / 2 - (9 / 2 + 3 * 9)",),
        slips=(
            instead("81 - 4 * 9", "That is for a stack into which C maps go. Here the first layer reads C/2."),
            instead("(81 - 4 * 9) / 2", "Only the first of the four reads C/2. The others read C."),
            instead("81 - (9 / 2 + 3 * 9)", "The 9×9 reads C/2 maps as well."),
        ),
        why="40.5 C² against 31.5 C²: 9 C². For three and a 7×7 it is 24.5 against 22.5, for a pair and a 5×5 12.5 "
        "against 13.5. The longer the stack, the less the doubling matters.",
    ),
    Exercise(
        "vgg-half-head",
        "Half a head",
        "core",
        5,
        "Give fc6 and fc7 of VGG-16 (configuration D) 2,048 units each, and change nothing else. How many parameters "
        "has the network?",
        Number("parameters"),
        right=(
            "from cnnlessons import CATALOGUE, trace\n"
            "from cnnlessons.networks.layers import Linear\n\n"
            "small = CATALOGUE['vgg-D'].change(\n"
            "    fc6=Linear('fc6', 2048), fc7=Linear('fc7', 2048))\n"
            "mine = trace(small).params",
        ),
        slips=(
            edit(", fc7=Linear('fc7', 2048)", "", "fc7 has half of its units, too."),
            edit("fc6=Linear('fc6', 2048), ", "", "fc6 has half of its units, too. It is the largest of all layers."),
            instead(
                "from cnnlessons import CATALOGUE, trace\n"
                "rows = trace(CATALOGUE['vgg-D'])\n"
                "mine = rows.params - (rows['fc6'].params + rows['fc7'].params) // 2",
                "Not only half: fc7 has half of the units, and each reads half as much. fc8 reads less as well.",
            ),
        ),
        hints=("`CATALOGUE['vgg-D'].change(fc6=…)` is D with another layer of that name; `trace` counts it.",),
        why="72,342,312, little more than half: fc6 halves, fc7 falls to a quarter, the convolutions keep their "
        "14.7 million.",
    ),
    Exercise(
        "vgg-c",
        "Build C",
        "core",
        8,
        "Build the convolutional part of configuration C in PyTorch, a sixteenth as wide: 4, 8, 16, 32 and 32 maps, "
        "for images of 3×32×32. Each convolution is followed by a ReLU and keeps the size of its maps, each block "
        "ends with a 2×2 max pool. The last convolution of blocks 3, 4 and 5 is a 1×1.",
        Network((3, 32, 32)),
        given="from torch import nn",
        right=(
            "blocks = [[3, 3], [3, 3], [3, 3, 1], [3, 3, 1], [3, 3, 1]]\n"
            "layers, c = [], 3\n"
            "for windows, maps in zip(blocks, (4, 8, 16, 32, 32)):\n"
            "    for k in windows:\n"
            "        layers += [nn.Conv2d(c, maps, k, padding=k // 2), nn.ReLU()]\n"
            "        c = maps\n"
            "    layers.append(nn.MaxPool2d(2))\n"
            "mine = nn.Sequential(*layers)",
        ),
        slips=(
            edit(
                "[3, 3, 1], [3, 3, 1], [3, 3, 1]",
                "[3, 3, 3], [3, 3, 3], [3, 3, 3]",
                "That is D. C has 1×1 windows where D has its third 3×3.",
            ),
            edit(
                "[3, 3, 1], [3, 3, 1], [3, 3, 1]",
                "[3, 3], [3, 3], [3, 3]",
                "That is B. C has one more convolution in each of the last three blocks.",
            ),
            edit("padding=k // 2", "padding=1", "A padded 1×1 makes its maps larger. Which padding keeps their size?"),
            edit(
                "[3, 3, 1], [3, 3, 1], [3, 3, 1]",
                "[1, 3, 3], [1, 3, 3], [1, 3, 3]",
                "In C the 1×1 is the last convolution of its block.",
            ),
        ),
        hints=("The ten lines at the start of the lesson build any list.",),
        why="C is B with three more convolutions that see nothing new, only to have three more ReLUs.",
    ),
    Exercise(
        "vgg-count-list",
        "Count any list",
        "core",
        8,
        "Write the count of a list: `mine(blocks, widths)` returns how many parameters, biases too, the convolutions "
        "of such a network have. `blocks` has the sides of the windows, a list a block, `widths` the maps that each "
        "block makes; the image has three colours.",
        Function("[([[3], [3, 3]], (8, 16)), ([[5], [3, 1]], (4, 6)), ([[3, 3], [1], [3, 3, 3]], (2, 5, 7))]"),
        start="def mine(blocks, widths):\n    ...",
        right=(
            "def mine(blocks, widths):\n"
            "    total, c = 0, 3\n"
            "    for windows, maps in zip(blocks, widths):\n"
            "        for k in windows:\n"
            "            total += maps * (c * k * k + 1)\n"
            "            c = maps\n"
            "    return total",
        ),
        slips=(
            edit("c * k * k + 1", "c * k * k", "Each map has a bias, too."),
            edit(
                "            c = maps",
                "        c = maps",
                "The second convolution of a block reads what the first one made, not what came into the block.",
            ),
            edit("c * k * k + 1", "c * k + 1", "A window of side k has k·k places."),
            edit(
                "total, c = 0, 3",
                "total, c = 0, 1",
                "An image has three colours, so its first convolution reads three maps.",
            ),
        ),
        hints=("A map that is made has k·k weights for each map that is read, and one bias.",),
        why="With VGG's widths it gives 14,714,688 for D. All the rest of its 138 million parameters is in three "
        "layers.",
    ),
    Exercise(
        "vgg-f",
        "Configuration F",
        "challenge",
        8,
        "Write the list of a VGG-25: E with two convolutions more in each of its last three blocks. How many times "
        "as many parameters as E has it, and how many times as many multiplications? Guess first.",
        Values(("parameters", "multiplications"), within=0.005),
        right=(
            "from cnnlessons import CATALOGUE, trace\n"
            "from cnnlessons.networks.catalogue.vgg import vgg\n\n"
            "F = [[3] * 2, [3] * 2, [3] * 6, [3] * 6, [3] * 6]\n"
            "e, f = trace(CATALOGUE['vgg-E']), trace(vgg('F', F))\n"
            "mine = [f.params / e.params, f.macs / e.macs]",
        ),
        slips=(
            edit(
                "[3] * 6, [3] * 6, [3] * 6",
                "[3] * 5, [3] * 5, [3] * 5",
                "That is a VGG-22: E has four convolutions in each of these blocks, and gets two more.",
            ),
            edit(
                "[f.params / e.params, f.macs / e.macs]",
                "[e.params / f.params, e.macs / f.macs]",
                "The other way round: F beside E.",
            ),
            edit(
                "[f.params / e.params, f.macs / e.macs]",
                "[f.params / e.params - 1, f.macs / e.macs - 1]",
                "That is by how much it grows. The question asks how many times as many there are.",
            ),
        ),
        hints=("`vgg(name, list)` of `cnnlessons.networks.catalogue.vgg` makes a network with VGG's head.",),
        why="7 % more parameters and 42 % more work: most of the weights are in the head, which does not grow. Whether "
        "such a network could be trained is another matter, and the subject of the lesson on training.",
    ),
)
