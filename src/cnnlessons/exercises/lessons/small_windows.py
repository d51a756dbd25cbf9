"""Exercises of "See far through small windows"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Meets, Number

LESSON = "vgg/small-windows"

EXERCISES = (
    Exercise(
        "windows-no-pools",
        "No pools",
        "warm-up",
        3,
        "A unit behind AlexNet's last pool sees 195 pixels across. How many 3×3 convolutions of stride 1, without any "
        "pool, does it take to see as far?",
        Number("convolutions"),
        right=("(195 - 1) / 2",),
        slips=(
            instead("195 / 3", "The windows overlap: each further one adds two pixels, one on either side."),
            instead("195 - 1", "Each window adds a pixel on the left and one on the right."),
            instead("(195 - 3) / 2", "That is how many come after the first one, which sees 3 pixels. Count it, too."),
        ),
        hints=("What do one, two and three of them see?",),
        why="The field is 1 + 2n, so n = 97. For the 212 pixels of VGG-16 it would take 106; it needs 13, because "
        "its pools double the step five times.",
    ),
    Exercise(
        "windows-middle-paths",
        "The middle of three",
        "core",
        6,
        "Three 3×3 windows in a row, all weights 1: 9·9·9 paths lead from the pixels of a 7×7 to the unit. How many of "
        "them start at the pixel in the centre?",
        Number("paths"),
        right=("(2 + 3 + 2) ** 2",),
        slips=(
            instead(
                "(1 + 2 + 1) ** 2",
                "Along one axis two windows give 1, 2, 3, 2, 1. The third adds up the three in the middle.",
            ),
            instead("9", "That is how many start there behind two windows. There is a third one."),
            instead(
                "27",
                "Along a row of pixels the numbers are not all 3. Which three of 1, 2, 3, 2, 1 does the "
                "third window add up?",
            ),
            instead("9 * 9", "The centre of the 5×5 has nine paths, but its neighbours have fewer."),
        ),
        hints=("Count along one axis first; the number for both axes is a product.",),
        why="Along one axis the paths are 1, 3, 6, 7, 6, 3, 1, so 7·7 = 49 start in the centre and one at each corner.",
    ),
    Exercise(
        "windows-spoil-copy",
        "Spoil the copy",
        "core",
        4,
        "A convolution that copies, with a ReLU behind it, is put into VGG-11. At which of these places does the "
        "network's answer change? Pixels are between −128 and 127.",
        Choice(
            (
                "in front of the first convolution",
                "between a convolution and its ReLU",
                "between a ReLU and the pool behind it",
                "between a pool and the next convolution",
            )
        ),
        right=("in front of the first convolution",),
        slips=(
            instead("between a convolution and its ReLU", "It cuts what the next ReLU cuts anyway."),
            instead("between a ReLU and the pool behind it", "What comes in is nowhere below zero there."),
            instead(
                "between a pool and the next convolution",
                "The pool passes on the largest of numbers that are not below zero.",
            ),
        ),
        hints=("Where does something that matters lie below zero?",),
        why="Pixels below zero are cut off, and nothing cut them before. Between a convolution and its ReLU cutting "
        "twice is cutting once; everywhere else there is nothing to cut.",
    ),
    Exercise(
        "windows-merge-1x1",
        "C without its ReLUs",
        "core",
        10,
        "Leave out the ReLU in front of a 1×1 convolution of C. Then the 3×3 before it and the 1×1 are one 3×3. Write "
        "`mine(three, one)`, which returns its weights: `three` has the shape (M, I, 3, 3), `one` (O, M, 1, 1), the "
        "result (O, I, 3, 3). Neither has a bias.",
        Function(
            "[(torch.randn(4, 3, 3, 3), torch.randn(2, 4, 1, 1)), (torch.randn(5, 2, 3, 3), torch.randn(5, 5, 1, 1))]"
        ),
        given="import torch\nfrom torch.nn import functional as F",
        start="def mine(three, one):\n    ...",
        right=(
            "def mine(three, one):\n    return torch.einsum('om,mikl->oikl', one[:, :, 0, 0], three)",
            "def mine(three, one):\n    return F.conv2d(three.transpose(0, 1), one).transpose(0, 1)",
            "def mine(three, one):\n"
            "    product = one.flatten(1) @ three.flatten(1)\n"
            "    return product.view(len(one), *three.shape[1:])",
        ),
        slips=(
            edit("'om,mikl->oikl'", "'om,mikl->oilk'", "Rows and columns of the window have changed places."),
            instead(
                "def mine(three, one):\n    return three.sum(0).expand(len(one), -1, -1, -1)",
                "That adds the maps with equal weights. The 1×1 has a weight for each pair of maps.",
            ),
            instead(
                "def mine(three, one):\n    return torch.einsum('om,mikl->oikl', one[:, :, 0, 0].abs(), three)",
                "The signs of the 1×1's weights count.",
            ),
        ),
        hints=(
            "Each map that comes out is a weighted sum of M maps, and each of those a weighted sum of windows.",
            "A product of matrices, once for each place of the window.",
        ),
        same={
            "return torch.einsum('om,mikl->oikl', one[:, :, 0, -1], three)": "The last place of a 1×1 is its first.",
            "return torch.einsum('om,mikl->oikl', one[:, :, -1, 0], three)": "The last place of a 1×1 is its first.",
        },
        why="The product of matrices is a matrix, so C without those three ReLUs is B with other weights. What C has "
        "over B is those ReLUs and nothing else.",
    ),
    Exercise(
        "windows-bias-too-many",
        "A bias too many",
        "core",
        4,
        "In torchvision's `vgg16_bn` the convolutions keep their biases, one for each of 4,224 maps, although batch "
        "normalisation follows each of them. Which of them can change what the network computes in training mode?",
        Choice(("none", "those of the first convolution", "those in front of a pool", "all")),
        right=("none",),
        slips=(
            instead("all", "What does batch normalisation do with a constant that was added to a whole map?"),
            instead("those of the first convolution", "It is followed by batch normalisation like all others."),
            instead("those in front of a pool", "Batch normalisation stands between the convolution and the pool."),
        ),
        why="Batch normalisation subtracts the mean of each map, and with it any constant that was added to the map. "
        "The biases make it possible to load the weights of `vgg16`.",
    ),
    Exercise(
        "windows-downloads",
        "The ones you can download",
        "core",
        8,
        "torchvision has trained weights of A, B, D and E, each also with batch normalisation, which the paper of 2014 "
        "could not have. Their accuracies can be read without a download, from "
        "`VGG16_BN_Weights.DEFAULT.meta` and its like. Which of these steps lowers the top-1 error most?",
        Choice(("vgg11 → vgg13", "vgg16 → vgg19", "vgg16 → vgg16_bn", "vgg16_bn → vgg19_bn")),
        right=("vgg16 → vgg16_bn",),
        slips=(
            instead("vgg11 → vgg13", "Two layers more bring 0.9 points here. Another step brings more."),
            instead("vgg16 → vgg19", "Three layers more bring 0.8 points here. Another step brings more."),
            instead("vgg16_bn → vgg19_bn", "With batch normalisation, too, three layers more bring 0.9 points only."),
        ),
        why="vgg11, 13, 16 and 19 have top-1 errors of 31.0, 30.1, 28.4 and 27.6 %, with batch normalisation 29.6, "
        "28.4, 26.6 and 25.8 %; the paper's are 29.6, 28.7, 27.0 and 27.3 %. So batch normalisation brings 1.8 points "
        "to vgg16. torchvision's weights have a recipe of their own and were tested on one crop.",
    ),
    Exercise(
        "windows-field-and-budget",
        "A field and a budget",
        "challenge",
        12,
        "Design a network for images of 3×64×64 that ends with 16 maps of 16×16. A unit of the last map sees exactly "
        "34 pixels across. There are at least five ReLUs, each directly behind "
        "or before a convolution of its own, and at most 10,000 parameters.",
        Meets(
            {
                "rows": "traced(mine, (3, 64, 64))",
                "shape": "tuple(rows[-1].shape_out)",
                "field": "rows[-1].receptive_field",
                "params": "rows.params",
                "order": "''.join({'ReLU': 'r', 'conv': 'c'}.get(row.layer.word, '-') "
                "for row in rows if row.layer.kind != 'norm')",
                "pairs": "len(__import__('re').findall('cr|rc', order))",
            },
            {
                "shape == (16, 16, 16)": "It ends with {shape}; 16 maps of 16×16 are wanted.",
                "field == 34": "A unit of its last map sees {field} pixels; 34 are wanted.",
                "pairs >= 5": "ReLUs directly at a convolution of their own: {pairs}; at least five are wanted.",
                "params <= 10_000": "It has {params:,} parameters; at most 10,000 are allowed.",
            },
        ),
        given="from torch import nn",
        right=(
            "layers, c = [], 3\n"
            "for block in (1, 1, 3):\n"
            "    for _ in range(block):\n"
            "        layers += [nn.Conv2d(c, 16, 3, padding=1), nn.ReLU()]\n"
            "        c = 16\n"
            "    layers.append(nn.MaxPool2d(2))\n"
            "mine = nn.Sequential(*layers[:-1])  # no third pool",
        ),
        slips=(
            edit(
                "(1, 1, 3)",
                "(2, 2, 3)",
                "Windows early in the network add little and cost as much. Where does one reach farthest?",
            ),
            edit("*layers[:-1])  # no third pool", "*layers)", "The last pool halves the maps once more: 8×8."),
            edit("nn.ReLU()", "nn.Sigmoid()", "The layers stand where they should. Are they ReLUs?"),
            edit(
                "mine = nn.Sequential(*layers[:-1])  # no third pool",
                "convs = [layer for layer in layers[:-1] if not isinstance(layer, nn.ReLU)]\n"
                "mine = nn.Sequential(*convs, *[nn.ReLU()] * 5)",
                "Behind a ReLU another one changes nothing. Where does each of the five do something?",
            ),
            edit(", nn.ReLU()]", "]", "The field is right, but there is no ReLU: all of it is one linear map."),
            edit(
                "    layers.append(nn.MaxPool2d(2))\n",
                "",
                "Without pools five windows see 11 pixels, and the maps stay at 64×64.",
            ),
        ),
        hints=(
            "64 to 16 are two halvings. Behind them each 3×3 adds 8 pixels.",
            "A 3×3 with padding from 16 maps to 16 maps has 2,320 parameters: four of them fit, and one for the image.",
        ),
        same={"layers += [nn.ReLU(), nn.Conv2d(c, 16, 3, padding=1)]": "ReLUs in front of convolutions will do, too."},
        why="One convolution, pool, one convolution, pool, three convolutions: 3, 4, 8, 10, 18, 26, 34. The windows "
        "stand where one adds 8 pixels. 9,728 parameters.",
    ),
)
