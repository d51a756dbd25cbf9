"""Exercises of "Slide a window over an image"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "basics/convolution"

EXERCISES = (
    Exercise(
        "conv-by-hand",
        "One number by hand",
        "warm-up",
        2,
        "The kernel has 1 2 1 in its upper row, 0 0 0 in its middle one and −1 −2 −1 in its lower one. It lies on a "
        "window whose rows are 0 0 0, 1 1 1 and 2 2 2. What is the response?",
        Number(),
        right=("-2 * (1 + 2 + 1)",),
        slips=(
            instead("2 * (1 + 2 + 1)", "Look at the signs: the bright row lies under the negative weights."),
            instead("-2 * 3", "The middle weight of a row counts twice."),
            instead("0", "The weights add up to nothing, but the pixels under them differ."),
            instead("4 - 8", "The middle row of the kernel is 0, whatever lies under it."),
        ),
        hints=("Only two rows of the kernel have weights. Which pixels lie under them?",),
        why="The upper row meets 0, the middle one counts nothing, and the lower one gives −(1 + 2 + 1)·2 = −8.",
    ),
    Exercise(
        "conv-move-left",
        "Do nothing, and move",
        "warm-up",
        4,
        "A 3×3 kernel with a 1 in its middle and eight zeros returns the image unchanged, but for its rim. Which 3×3 "
        "kernel moves the image by one pixel to the *left*? Answer with three rows of three numbers.",
        Values(),
        right=("[[0, 0, 0], [0, 0, 1], [0, 0, 0]]",),
        slips=(
            instead("[[0, 0, 0], [1, 0, 0], [0, 0, 0]]", "With this one each place shows its left neighbour."),
            instead("[[0, 0, 0], [0, 1, 0], [0, 0, 0]]", "That is the kernel that does nothing."),
            instead("[[0, 0, 1], [0, 0, 1], [0, 0, 1]]", "That adds up three neighbours. One of them is wanted."),
            instead("[[0, 1, 0], [0, 0, 0], [0, 0, 0]]", "That one moves the image down."),
        ),
        hints=("If the image moves to the left, what does each place show: its left or its right neighbour?",),
        why="Each place shows its right neighbour, so what was on the right now lies further left.",
    ),
    Exercise(
        "conv-one-pixel",
        "A window of one pixel",
        "warm-up",
        2,
        "How many parameters has `nn.Conv2d(6, 16, 1)`, biases included?",
        Number("parameters"),
        right=("16 * (6 + 1)",),
        slips=(
            edit("6 + 1", "6", "Each of the blocks has a bias too."),
            edit("6 + 1", "1 + 1", "A block reaches through all six maps, even if it is one pixel wide."),
            edit("6 + 1", "6 * (1 + 1)", "A bias belongs to a block, not to each of its sheets."),
        ),
        why="Sixteen blocks of six weights and a bias are 112. The window sees no neighbours: the layer mixes the six "
        "maps at each place, with the same weights everywhere.",
    ),
    Exercise(
        "conv-larger-image",
        "Another size",
        "core",
        5,
        "A layer makes six maps out of an image of 64×64, each unit of which sees 5×5 pixels at stride 1 without "
        "padding. How many parameters has it if it is fully connected, that is, if each unit reads *every* pixel, and "
        "how many as a convolution?",
        Values(("fully connected", "convolution")),
        right=("units = 6 * 60 * 60\nmine = [(64 * 64 + 1) * units, 6 * (5 * 5 + 1)]",),
        slips=(
            edit("(64 * 64 + 1) * units", "64 * 64 * units", "Each unit of the fully connected layer has a bias too."),
            edit("units = 6 * 60 * 60", "units = 6 * 64 * 64", "A window of 5 has fewer than 64 places on 64 pixels."),
            edit("units = 6 * 60 * 60", "units = 6 * 28 * 28", "That is the size of the maps of a 32×32 image."),
            edit("6 * (5 * 5 + 1)]", "units * (5 * 5 + 1)]", "A convolution shares its weights between all places."),
        ),
        hints=("First the size of the maps. Then ask of each layer whether the size of the image is in its count.",),
        why="The maps are 60×60. Fully connected that is 4,097·21,600 = 88,495,200. The convolution keeps its 156, "
        "as with 32×32.",
    ),
    Exercise(
        "conv-blank",
        "What training cannot see",
        "core",
        4,
        "In the cell that learns the edge kernel, the digit is replaced by a blank image, all 0, and the map to be "
        "learnt is made anew from it. What happens to the nine weights in training?",
        Choice(
            (
                "they stay where they started",
                "they become the edge kernel",
                "they become 0",
                "they grow without end",
            )
        ),
        right=("they stay where they started",),
        slips=(
            instead("they become the edge kernel", "Whatever the weights are, they are multiplied by 0."),
            instead("they become 0", "Zero weights would give the right map. So do the weights it starts with."),
            instead("they grow without end", "For that the gradient would have to be something. Compute it."),
        ),
        hints=("The gradient of a weight is a sum of pixels times errors.",),
        why="All pixels are 0, so the loss is 0 whatever the weights are, and so is every gradient.",
    ),
    Exercise(
        "conv-matrix",
        "The matrix of a convolution",
        "core",
        4,
        "A convolution is a fully connected layer with a special matrix. How many entries of this matrix are not zero, "
        "for a 5×5 kernel without zeros and images of 8×8, at stride 1 and without padding?",
        Number("entries"),
        right=("(8 - 5 + 1) * (8 - 5 + 1) * 5 * 5",),
        slips=(
            instead("8 * 8 * 5 * 5", "There is a row for each *place* of the window, and fewer places than pixels."),
            instead("(8 - 5 + 1) ** 2 * 8 * 8", "Those are all entries of the matrix. Most of a row are zero."),
            instead("5 * 5", "Those are the *different* numbers in it. Each stands in every row."),
            instead("(8 - 5 + 1) * 5 * 5", "Places in one direction only. The window moves in both."),
        ),
        hints=("A row of the matrix belongs to a place, and has as many entries as there are pixels.",),
        why="The window has 4·4 places, so there are 16 rows, each with the same 25 weights: 400 of 1,024 entries.",
    ),
    Exercise(
        "conv-block",
        "Six sums and a bias",
        "core",
        10,
        "Write one map of a convolution with several maps: `mine(x, w, b)` returns, for `x` of shape (C, H, W), a "
        "block `w` of shape (C, k, k) and a number `b`, the map of shape (H − k + 1, W − k + 1). Loops will do.",
        Function(
            "[(torch.arange(24.).view(2, 3, 4), torch.arange(8.).view(2, 2, 2), 1.0),"
            " (torch.rand(4, 6, 5), torch.rand(4, 3, 3), -2.0), (torch.rand(1, 2, 4), torch.rand(1, 1, 1), 0.0)]"
        ),
        given="import torch",
        start="def mine(x, w, b):\n    ...",
        right=(
            "def mine(x, w, b):\n"
            "    k = w.shape[1]\n"
            "    out = torch.zeros(x.shape[1] - k + 1, x.shape[2] - k + 1)\n"
            "    for i in range(out.shape[0]):\n"
            "        for j in range(out.shape[1]):\n"
            "            out[i, j] = (x[:, i:i + k, j:j + k] * w).sum() + b\n"
            "    return out",
            "import torch.nn.functional as F\n"
            "def mine(x, w, b):\n"
            "    return F.conv2d(x[None], w[None], torch.tensor([b]))[0, 0]",
        ),
        slips=(
            edit("(x[:, i:i + k, j:j + k] * w)", "(x[0, i:i + k, j:j + k] * w[0])", "Only the first map is read."),
            edit(
                ".sum() + b",
                ".sum() + len(x) * b",
                "The bias is added once for each sheet. It belongs to the whole block.",
            ),
            edit(".sum() + b", ".sum()", "The bias is missing."),
            edit(
                "* w).sum()",
                "* w.flip(1, 2)).sum()",
                "The kernel is flipped before it slides. PyTorch, and this book, do not flip it.",
            ),
        ),
        hints=("The window is `x[:, i:i + k, j:j + k]`, a block like the weights.",),
        same={"k = w.shape[2]": "A sheet is as wide as it is high."},
        why="In depth the block always reaches through all maps, so there is one sum and one bias a place.",
    ),
    Exercise(
        "conv-likeness",
        "Compare likeness alone",
        "challenge",
        12,
        "A piece finds itself if each response is divided by the lengths of the two things compared. Write "
        "`mine(x, w)`: for an image `x` of shape (H, W) and a kernel `w` of shape (k, k) it returns, at every place, "
        "the cosine of the angle between kernel and window. A length is the root of the sum of squares.",
        Function(
            "[(torch.arange(1., 21.).view(4, 5), torch.arange(4.).view(2, 2)),"
            " (torch.rand(6, 6) + 0.1, torch.randn(3, 3))]"
        ),
        given="import torch\nimport torch.nn.functional as F",
        start="def mine(x, w):\n    ...",
        right=(
            "def mine(x, w):\n"
            "    image, kernel = x[None, None], w[None, None]\n"
            "    response = F.conv2d(image, kernel)\n"
            "    squares = F.conv2d(image ** 2, torch.ones_like(kernel))\n"
            "    return (response / squares.sqrt() / w.norm())[0, 0]",
            "def mine(x, w):\n"
            "    k = len(w)\n"
            "    windows = x.unfold(0, k, 1).unfold(1, k, 1).flatten(2)\n"
            "    return F.cosine_similarity(windows, w.flatten(), dim=2)",
        ),
        slips=(
            edit(" / w.norm()", "", "The window's length is taken out, the kernel's is not: no place can say 1."),
            edit(" / squares.sqrt()", "", "The kernel's length is taken out, the window's is not: ink still counts."),
            edit("squares.sqrt()", "squares", "A length is the *root* of the sum of squares."),
            edit("image ** 2", "image", "These are sums of pixels, not of their squares."),
        ),
        hints=(
            "A convolution with a kernel of ones adds up whatever lies under the window.",
            "Slide it over the image of squares.",
        ),
        same={
            "return (response / squares.sqrt() / w.norm())[0, -1]": "There is one map only, so it is the last too.",
            "return (response / squares.sqrt() / w.norm())[-1, 0]": "There is one image only, so it is the last too.",
        },
        why="By the Cauchy–Schwarz inequality the cosine is 1 only where the window is the kernel times a positive "
        "number. So every piece finds itself.",
    ),
)
