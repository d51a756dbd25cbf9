"""Exercises of "Test what pooling does to a shift"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "basics/pooling"

EXERCISES = (
    Exercise(
        "pool-sum",
        "Sum instead of mean",
        "warm-up",
        2,
        "A pool returns the *sum* of its four numbers. What does it keep, compared with average pooling?",
        Choice(("the same", "more: the amount too", "more: the place too", "less")),
        right=("the same",),
        slips=(
            instead("more: the amount too", "The mean keeps the amount as well, divided by a number that is known."),
            instead("more: the place too", "A sum does not say which of the four numbers was large."),
            instead("less", "Can you get the mean from the sum? Then nothing is lost."),
        ),
        why="It is the mean times four, and the next layer's weights can be four times smaller. In training the step "
        "size matters more, since the numbers are larger.",
    ),
    Exercise(
        "pool-as-convolution",
        "Average pooling as a convolution",
        "warm-up",
        3,
        "Average pooling of 2×2 with stride 2 is a convolution of stride 2, on each map by itself. With which kernel? "
        "Answer with two rows of two numbers.",
        Values(),
        right=("[[1 / 4, 1 / 4], [1 / 4, 1 / 4]]",),
        slips=(
            instead("[[1, 1], [1, 1]]", "That is the sum of the four numbers. Average pooling returns their mean."),
            instead("[[1 / 2, 1 / 2], [1 / 2, 1 / 2]]", "Four numbers go in, so the mean divides by four."),
            instead("[[1, 0], [0, 0]]", "That keeps the upper left number and throws three away."),
        ),
        why="Each of the four numbers counts a quarter. Max pooling is no convolution: it is not even linear.",
    ),
    Exercise(
        "pool-diagonal",
        "A diagonal shift",
        "core",
        3,
        "A digit moves by 2 pixels to the right and 1 down. Is the map behind one 2×2 pool with stride 2 an exact copy "
        "of the old one, moved?",
        Choice(("yes", "no, because of the 2", "no, because of the 1", "no, because of both")),
        right=("no, because of the 1",),
        slips=(
            instead("yes", "One of the two shifts is not a whole number of cells."),
            instead("no, because of the 2", "2 pixels are one whole cell: in that direction the map just moves."),
            instead("no, because of both", "Look at each direction by itself. One of them is a whole cell."),
        ),
        hints=("A cell of the pooled map is two pixels wide and two high.",),
        why="Each direction counts by itself: 2 is a whole cell, 1 is half of one.",
    ),
    Exercise(
        "pool-whole-cells",
        "Pools of three",
        "core",
        3,
        "Two max pools in a row, each with a window of 3 and stride 3. What is the smallest shift, from 1 pixel on, "
        "after which every map is surely the old one, moved?",
        Number("pixels"),
        right=("3 * 3",),
        slips=(
            instead("3", "That is enough for one of the pools. How wide is a cell behind both?"),
            instead("3 + 3", "Strides multiply: a step of the second pool is three cells of the first."),
            instead("2 * 2", "That would be so with a stride of 2. These pools move three cells at a time."),
            instead("1", "That holds for a convolution, which moves pixel by pixel."),
        ),
        why="Behind both pools a cell is 3·3 = 9 pixels wide, and only whole cells can move.",
    ),
    Exercise(
        "pool-macs",
        "One pool less",
        "core",
        5,
        "In the small LeNet of the lesson, `lenet-003-corrected`, only S2 is taken out; S4 stays. How many times as "
        "many MACs does an image then cost? Give one decimal place or more.",
        Number("times", within=0.06),
        given="from cnnlessons import CATALOGUE, trace",
        right=(
            'small = CATALOGUE["lenet-003-corrected"]\nmine = trace(small.change(S2=None)).macs / trace(small).macs',
        ),
        slips=(
            edit("S2=None", "S2=None, S4=None", "That is without both pools, as in the lesson. Keep S4."),
            edit("S2=None", "S4=None", "That takes the other pool out."),
            instead("4", "Only what comes behind the pool grows, and not all of it fourfold. Let `trace` count."),
            instead(
                "mine = trace(CATALOGUE['lenet-003-corrected'].change(S2=None)).macs", "Divide by the MACs of before."
            ),
        ),
        hints=("`small.change(S2=None)` is the network without S2; `trace(...).macs` counts.",),
        why="C1 costs what it did. C3 reads maps of 28×28 and has 24×24 places in place of 10×10, and C5 reads maps "
        "of 12×12. Early pools save the most.",
    ),
    Exercise(
        "pool-by-hand",
        "A max pool in loops",
        "core",
        8,
        "Write max pooling: `mine(x, k, s)` returns, for a map `x` of shape (H, W), the largest number of each k×k "
        "window at stride `s`, without padding. Loops will do; PyTorch's own pooling as well, but then it is no fun.",
        Function(
            "[(torch.arange(20.).view(4, 5), 2, 2), (torch.randn(7, 5), 3, 2), (-torch.rand(4, 6) - 1, 2, 1),"
            " (torch.randn(5, 8), 2, 3)]"
        ),
        given="import torch",
        start="def mine(x, k, s):\n    ...",
        right=(
            "def mine(x, k, s):\n"
            "    rows, columns = [(n - k) // s + 1 for n in x.shape]\n"
            "    out = torch.zeros(rows, columns)\n"
            "    for i in range(rows):\n"
            "        for j in range(columns):\n"
            "            out[i, j] = x[s * i:s * i + k, s * j:s * j + k].max()\n"
            "    return out",
            "def mine(x, k, s):\n    return torch.nn.functional.max_pool2d(x[None], k, s)[0]",
            "def mine(x, k, s):\n    return x.unfold(0, k, s).unfold(1, k, s).amax((2, 3))",
        ),
        slips=(
            edit("].max()", "].mean()", "That is the mean of a window. Max pooling keeps the largest."),
            edit(
                "x[s * i:s * i + k, s * j:s * j + k]",
                "x[i:i + k, j:j + k]",
                "These windows move one cell at a time. Where does the stride come in?",
            ),
            edit("].max()", "].abs().max()", "Largest, not largest in size: a map has negative numbers too."),
            edit(
                "x[s * i:s * i + k, s * j:s * j + k]",
                "x[s * i:s * i + s, s * j:s * j + s]",
                "The window is k wide, not s. For 2×2 with stride 2 nobody sees the difference.",
            ),
        ),
        hints=("Window (i, j) begins at row s·i and column s·j.",),
        why="It has no weights: k and s are all there is to say.",
    ),
    Exercise(
        "pool-equivariance",
        "Not the maximum's fault",
        "challenge",
        10,
        "Write a test for equivariance: `mine(layer, x, shift, stride)` returns whether the map of the image moved to "
        "the right, `layer(x.roll(shift, -1))`, is exactly the old map, moved by the same distance. `stride` is the "
        "step of the layer in pixels; where the shift is not a whole number of steps, the answer is `False`.",
        Function(
            "[(nn.MaxPool2d(2, stride=1), spot, 1, 1), (nn.MaxPool2d(2), spot, 2, 2), (nn.MaxPool2d(2), spot, 1, 2),"
            " (nn.AvgPool2d(2), spot, 4, 2), (nn.AdaptiveMaxPool2d(1), spot, 2, 2), (lambda x: x.flip(-1), spot, 1, 1),"
            " (lambda x: x.cumsum(-1), spot, 2, 1), (nn.MaxPool2d(2), torch.ones(1, 1, 4, 8), 1, 2)]"
        ),
        given=(
            "import torch\nfrom torch import nn\n\n"
            "spot = torch.zeros(1, 1, 6, 12)\nspot[0, 0, 2:4, 2:4] = torch.rand(2, 2) + 1"
        ),
        start="def mine(layer, x, shift, stride):\n    ...",
        right=(
            "def mine(layer, x, shift, stride):\n"
            "    cells, rest = divmod(shift, stride)\n"
            "    if rest != 0:\n"
            "        return False\n"
            "    return torch.equal(layer(x.roll(shift, -1)), layer(x).roll(cells, -1))",
        ),
        slips=(
            edit(
                "layer(x).roll(cells, -1)", "layer(x)", "That tests invariance: the map must move, not stay as it was."
            ),
            edit(
                "layer(x).roll(cells, -1)",
                "layer(x).roll(shift, -1)",
                "Behind a stride of 2 a shift of 2 pixels is one cell of the map.",
            ),
            edit(
                "layer(x).roll(cells, -1)",
                "layer(x).roll(-cells, -1)",
                "The map has to move the same way as the image.",
            ),
            edit("if rest != 0:", "if False:", "A part of a step has to answer False, even on a blank image."),
        ),
        hints=("How many cells of the map are `shift` pixels?", "`divmod(shift, stride)` gives cells and rest."),
        same={
            "return torch.equal(layer(x).roll(cells, -1), layer(x.roll(shift, -1)))": "Equality asks in either order.",
        },
        why="By this test a max pool with window 2 and stride 1 is as equivariant as a convolution: it moves pixel by "
        "pixel, so a moved digit gives the moved map, to the last bit. The stride breaks it, not the maximum.",
    ),
    Exercise(
        "pool-teach-the-shift",
        "Teach the shift",
        "core",
        8,
        "```python\n"
        "torch.manual_seed(0)\n"
        "images, labels = train\n"
        "steps = torch.randint(-4, 5, (len(images),)).tolist()\n"
        "mixed = torch.stack([a.roll(s, -1) for a, s in zip(images, steps)])\n"
        "model = lenet(nn.AvgPool2d(2))\n"
        'recipe = Recipe(epochs=6, batch=32, schedule="cosine")\n'
        "list(fit(model, (mixed, labels), test, recipe))\n"
        "print([round(read(model, s).item(), 3) for s in range(5)])\n"
        "print([round(far, 2) for far in distances(model)])\n"
        "```\n\n"
        "Run this behind the lesson's last cell: each training digit is moved at random by up to 4 pixels. Compare the "
        "distances with those of the averaging network in the lesson. Where do they become most different?",
        Choice(("in the input", "behind C1 and S2", "behind C3 and S4", "behind C5 and F6")),
        right=("behind C5 and F6",),
        slips=(
            instead("in the input", "No layer has touched it: a digit moved by a pixel is as far away as before."),
            instead("behind C1 and S2", "There the maps still move with the digit, whatever the network has seen."),
            instead("behind C3 and S4", "There it falls a little, as a feature that moved has moved. Go on."),
        ),
        hints=("Convolutions are equivariant, trained or not. Which layers can forget a place?",),
        why="In our run it read nine of ten at 4 pixels, against three of ten without such training, and lost nothing "
        "at 0. Behind S4 the distance falls a little (0.24); behind C5, F6 and the output by much more, to 0.08 in "
        "the end: it is there that the answers become alike.",
    ),
)
