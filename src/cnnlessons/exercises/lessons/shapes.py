"""Exercises of "Predict the size of every map"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Function, Meets, Network, Number, Values

LESSON = "basics/shapes"

EXERCISES = (
    Exercise(
        "shapes-alexnet-pools",
        "Pools of AlexNet",
        "warm-up",
        3,
        "AlexNet's pools have windows of 3 and stride 2. Its maps are 55 wide before the first of three pools, and the "
        "convolutions between the pools keep the size. How wide are the maps behind the third pool?",
        Number("cells"),
        right=("mine = 55\nfor pool in range(3):\n    mine = (mine - 3) // 2 + 1",),
        slips=(
            edit("// 2 + 1", "// 2", "Those are steps. The first window counts too, each time."),
            instead("7", "A pool of 3 does not halve and round up. Use the formula three times."),
            edit("range(3)", "range(2)", "There is one more pool."),
            edit("// 2 + 1", "+ 1", "That is stride 1. These windows move two cells at a time."),
        ),
        same={
            "mine = 56": "The floor maps 55 and 56 to the same.",
            "mine = (mine - 2) // 2 + 1": "For odd widths the floor gives the same.",
            "mine = -(-(mine - 3) // 2) + 1": "All three divisions leave no rest.",
        },
        why="The widths go 55, 27, 13, 6. Each time (n − 3)/2 is a whole number, so rounding up gives the same. "
        '`trace(CATALOGUE["alexnet-2012"])` says so too.',
    ),
    Exercise(
        "shapes-dilation",
        "Holes in the kernel",
        "warm-up",
        3,
        "`dilation=2` spreads the cells of a kernel two apart. Which padding keeps the size for a kernel of 7 at "
        "stride 1?",
        Number("cells"),
        right=("2 * (7 - 1) // 2",),
        slips=(
            instead("(7 - 1) // 2", "That is for a kernel without holes. How many cells does this one span?"),
            instead("2 * (7 - 1)", "That is how many cells are lost in all. Padding counts those of one end."),
            instead("2 * 7 // 2", "Between seven cells there are six steps of two."),
        ),
        hints=("From the first to the last cell of the kernel it is 2·(7 − 1) cells.",),
        same={"mine = -(-(2 * (7 - 1)) // 2)": "12/2 is whole either way."},
        why="The kernel spans 2·6 + 1 = 13 cells, so 2p = 12. A layer of `kernel_size=7, padding=6, dilation=2` keeps "
        "the size.",
    ),
    Exercise(
        "shapes-sizes-it-takes",
        "Sizes it takes",
        "core",
        6,
        "The LeNet of the first cell (convolution of 5, pool of 2, convolution of 5, pool of 2, then "
        "`nn.Linear(400, 120)`) takes 32×32. Which square sizes does it take without complaint? Answer with a list of "
        "all of them, 32 too.",
        Values(ordered=False),
        right=(
            "mine = []\n"
            "for n in range(16, 64):\n"
            "    s2 = (n - 4) // 2\n"
            "    s4 = (s2 - 4) // 2\n"
            "    if 16 * s4 * s4 == 400:\n"
            "        mine.append(n)",
        ),
        slips=(
            instead("[32]", "The floor maps more than one size to 5×5. Try the neighbours of 32."),
            instead("[32, 33]", "The second pool rounds down too: go on until S4 is 6 wide."),
            instead("[33, 34, 35]", "Those belong to it. So does 32 itself."),
            instead("[31, 32, 33]", "Rounding down forgives pixels that are too many, not those that are missing."),
            instead("[32, 33, 34, 35, 36]", "One too many: there S4 gets its sixth row."),
        ),
        hints=("Go backwards: which widths of C3 does the second pool make 5? Which widths of S2 lead there?",),
        same={
            "for n in range(17, 64):": "Small images leave far fewer than 400 numbers.",
            "for n in range(15, 64):": "Small images leave far fewer than 400 numbers.",
            "for n in range(16, 63):": "Large images leave far more than 400 numbers.",
        },
        why="The floor maps 32, 33, 34 and 35 to 5×5 in S4. Up to three rows and columns at the edge are read by "
        "nobody. How a network can be made to read images of any size is a later lesson.",
    ),
    Exercise(
        "shapes-round-up",
        "Round up",
        "core",
        4,
        "With `ceil_mode=True` a pool rounds its number of windows up. For which sizes from 3 to 20 does a pool with a "
        "window of 3 and stride 2 then return one row more? Answer with a list.",
        Values(ordered=False),
        right=("[n for n in range(3, 21) if (n - 3) % 2 > 0]",),
        slips=(
            edit("% 2 > 0", "% 2 == 0", "For these the last window ends exactly at the end, and both roundings agree."),
            edit("range(3, 21)", "range(3, 20)", "20 belongs to the sizes that are asked for."),
            instead("list(range(3, 21))", "Where the division leaves no rest there is nothing to round."),
        ),
        hints=("Rounding matters where (n − 3)/2 is not whole.",),
        same={
            "mine = [n for n in range(4, 21) if (n - 3) % 2 > 0]": "3 itself leaves no rest.",
            "mine = [n for n in range(3, 21) if (n + 3) % 2 > 0]": "Adding 6 changes no rest of a division by 2.",
            "mine = [n for n in range(3, 21) if (3 - n) % 2 > 0]": "Odd or even does not depend on the sign.",
            "mine = [n for n in range(3, 22) if (n - 3) % 2 > 0]": "21 leaves no rest.",
        },
        why="The even ones, where (n − 3)/2 is not whole. `draw.window(8, 3, s=2, ceil=True)` shows the window that "
        "sticks out.",
    ),
    Exercise(
        "shapes-rim",
        "The rim",
        "core",
        5,
        "How many real pixels, not zeros of the padding, does each 3×3 window see on an image of 4 rows and 5 columns "
        "that is padded by 1? Answer with four rows of five numbers; you may let PyTorch count.",
        Values(),
        given="import torch\nimport torch.nn.functional as F",
        right=(
            "ones = torch.ones(1, 1, 4, 5)\nmine = F.conv2d(ones, torch.ones(1, 1, 3, 3), padding=1)[0, 0]",
            "[[4, 6, 6, 6, 4], [6, 9, 9, 9, 6], [6, 9, 9, 9, 6], [4, 6, 6, 6, 4]]",
        ),
        slips=(
            edit(", padding=1", "", "Without padding no window reaches over the edge, and there are fewer windows."),
            instead("[[9] * 5] * 4", "At the rim part of a window lies on the padding."),
            instead("[[6, 6, 6, 6, 6], [6, 9, 9, 9, 6], [6, 9, 9, 9, 6], [6, 6, 6, 6, 6]]", "And in the corners?"),
            edit("4, 5", "5, 4", "Rows first: four of them."),
        ),
        same={
            "mine = F.conv2d(ones, torch.ones(1, 1, 3, 3), padding=1)[-1, 0]": "There is one image only.",
            "mine = F.conv2d(ones, torch.ones(1, 1, 3, 3), padding=1)[0, -1]": "There is one map only.",
            "ones = torch.ones(2, 1, 4, 5)": "The second image is not looked at.",
            "mine = F.conv2d(ones, torch.ones(2, 1, 3, 3), padding=1)[0, 0]": "The second kernel is not looked at.",
        },
        why="Four in the corners, six along the edges, nine inside. A network can tell from such sums where the border "
        "is.",
    ),
    Exercise(
        "shapes-formula",
        "The formula, with holes",
        "core",
        6,
        "Write `mine(n, k, s, p, d)`: how many windows of `k` cells, spread `d` apart (the dilation), fit a line of "
        "`n` cells at stride `s`, with padding `p` at each end? As PyTorch's convolutions count.",
        Function("[(7, 3, 2, 0, 1), (8, 3, 2, 0, 1), (28, 5, 1, 2, 1), (20, 3, 3, 1, 2), (11, 4, 2, 2, 3)]"),
        start="def mine(n, k, s, p, d):\n    ...",
        right=("def mine(n, k, s, p, d):\n    span = d * (k - 1) + 1\n    return (n + 2 * p - span) // s + 1",),
        slips=(
            edit("2 * p", "p", "Padding is glued to *each* end."),
            edit("d * (k - 1) + 1", "d * k", "Between k cells there are k − 1 steps."),
            edit("// s + 1", "// s", "Those are the steps. The first window counts too."),
            edit("(n + 2 * p - span) // s", "-(-(n + 2 * p - span) // s)", "That rounds up. PyTorch rounds down here."),
            edit("d * (k - 1) + 1", "k", "The dilation is left out: how many cells does the kernel span?"),
        ),
        hints=("First the number of cells that the kernel spans, then the formula with it in place of k.",),
        why="A kernel with dilation d spans d(k − 1) + 1 cells. Everything else is as without holes.",
    ),
    Exercise(
        "shapes-colour",
        "A LeNet for larger images",
        "core",
        8,
        "Build a network for colour images of 48×48, as `nn.Sequential`: a convolution of 5×5 with 8 maps, ReLU, max "
        "pooling of 2; a convolution of 3×3 with 12 maps, ReLU, max pooling of 2; then flatten, and one linear layer "
        "with 10 outputs. No padding, stride 1.",
        Network((3, 48, 48)),
        given="from torch import nn",
        right=(
            "mine = nn.Sequential(\n"
            "    nn.Conv2d(3, 8, 5),\n"
            "    nn.ReLU(),\n"
            "    nn.MaxPool2d(2),\n"
            "    nn.Conv2d(8, 12, 3),\n"
            "    nn.ReLU(),\n"
            "    nn.MaxPool2d(2),\n"
            "    nn.Flatten(),\n"
            "    nn.Linear(12 * 10 * 10, 10),\n"
            ")",
        ),
        slips=(
            instead(
                "mine = nn.Sequential(\n"
                "    nn.Conv2d(3, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),\n"
                "    nn.Conv2d(8, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),\n"
                "    nn.Flatten(), nn.Linear(12 * 12 * 12, 10))",
                "These convolutions keep the size. Without padding each takes k − 1 pixels.",
            ),
            instead(
                "mine = nn.Sequential(\n"
                "    nn.Conv2d(3, 8, 5), nn.ReLU(), nn.MaxPool2d(2),\n"
                "    nn.Conv2d(8, 12, 3), nn.ReLU(),\n"
                "    nn.Flatten(), nn.Linear(12 * 20 * 20, 10))",
                "The second pool is missing.",
            ),
            instead(
                "mine = nn.Sequential(\n"
                "    nn.Conv2d(3, 8, 5), nn.ReLU(), nn.MaxPool2d(2),\n"
                "    nn.Conv2d(8, 12, 5), nn.ReLU(), nn.MaxPool2d(2),\n"
                "    nn.Flatten(), nn.Linear(12 * 9 * 9, 10))",
                "The second convolution has a kernel of 3×3.",
            ),
            instead(
                "mine = nn.Sequential(\n"
                "    nn.Conv2d(3, 8, 5), nn.ReLU(), nn.AvgPool2d(2),\n"
                "    nn.Conv2d(8, 12, 3), nn.ReLU(), nn.AvgPool2d(2),\n"
                "    nn.Flatten(), nn.Linear(12 * 10 * 10, 10))",
                "These pools average. Max pooling is wanted.",
            ),
        ),
        hints=("Send zeros through the layers before the last one, and print the shape.",),
        why="The sides go 48, 44, 22, 20, 10, so 12·10·10 = 1,200 numbers reach the linear layer.",
    ),
    Exercise(
        "shapes-field-and-budget",
        "A field of 24 pixels",
        "challenge",
        12,
        "Build a network of convolutions and pools for one grey image of 32×32 (an `nn.Sequential` or an `Arch`) whose "
        "last units see a square of exactly 24×24 pixels. It has at most 4,000 parameters, no kernel or pool larger "
        "than 5×5, no dilation, and at least 8 maps at the end. There are many solutions.",
        Meets(
            {
                "rows": "[(row.receptive_field, row.params, row.shape_out[0]) for row in traced(mine, (1, 32, 32))]",
                "windows": "[[vars(row.layer).get(one) for one in 'kd'] for row in traced(mine, (1, 32, 32))]",
                "window": "max(max(k) if isinstance(k, tuple) else k or 1 for k, _ in windows)",
                "spread": "max(max(d) if isinstance(d, tuple) else d or 1 for _, d in windows)",
                "field": "rows[-1][0]",
                "params": "sum(row[1] for row in rows)",
                "maps": "rows[-1][2]",
            },
            {
                "window <= 5": "It has a window of {window}×{window}; none may be larger than 5×5.",
                "spread == 1": "It has a dilation of {spread}. Do without holes in the kernels.",
                "field == 24": "The last units see {field}×{field} pixels; 24×24 are wanted.",
                "params > 0": "Without parameters it cannot learn anything.",
                "params <= 4000": "It has {params:,} parameters; at most 4,000 are wanted.",
                "maps >= 8": "It ends in fewer maps than 8.",
            },
        ),
        given="from torch import nn",
        right=(
            "mine = nn.Sequential(\n"
            "    nn.Conv2d(1, 8, 5),\n"
            "    nn.MaxPool2d(2),\n"
            "    nn.Conv2d(8, 8, 5),\n"
            "    nn.Conv2d(8, 8, 5),\n"
            "    nn.MaxPool2d(2),\n"
            ")",
        ),
        slips=(
            instead(
                "nn.Sequential(nn.Conv2d(1, 8, 5), nn.MaxPool2d(2), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 5))",
                "The last units see 22×22 pixels; 24×24 are wanted.",
            ),
            instead(
                "nn.Sequential(nn.Conv2d(1, 8, 24), nn.Conv2d(8, 8, 1))",
                "One window of 24×24 sees enough, but none may be larger than 5×5. Several small ones reach as far.",
            ),
            instead(
                "nn.Sequential(nn.Conv2d(1, 8, 5), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 5), "
                "nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 4))",
                "The field is right, and it has 7,672 parameters: at stride 1 it takes many layers of many maps.",
            ),
            instead(
                "nn.Sequential(nn.Conv2d(1, 8, 5), nn.MaxPool2d(2), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 8, 5), "
                "nn.MaxPool2d(3, 2))",
                "The last units see 26×26 pixels; 24×24 are wanted.",
            ),
        ),
        hints=(
            "At stride 1 each convolution of k adds k − 1 pixels. Behind a pool of 2 it adds twice as many.",
            "Without a pool 23 pixels are missing. With one early pool far fewer layers do.",
        ),
        same={
            "mine = nn.Sequential(nn.Conv2d(1, 8, 5), nn.MaxPool2d(2), nn.Conv2d(8, 8, 5), nn.Conv2d(8, 9, 5), "
            "nn.MaxPool2d(2))": "A map more stays within the budget.",
        },
        why="For instance: 5, then 6 behind the pool, where the jump is 2; two more kernels of 5 add 8 each, and the "
        "last pool 2. Here the early stride keeps it cheap.",
    ),
)
