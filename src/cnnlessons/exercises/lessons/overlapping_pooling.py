"""Exercises of "Let pooling windows overlap"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "alexnet/overlapping-pooling"

EXERCISES = (
    Exercise(
        "overlap-who-reads",
        "Readers of a cell",
        "warm-up",
        5,
        "On a line of `n` cells stand windows of `k` cells, `s` apart, without padding. Write `mine(n, k, s)`: a list "
        "with the number of windows that read each cell.",
        Function("[(7, 3, 2), (8, 3, 2), (6, 2, 2), (9, 4, 3), (5, 2, 3)]"),
        start="def mine(n, k, s):\n    ...",
        right=(
            "def mine(n, k, s):\n"
            "    reads = [0] * n\n"
            "    for start in range(0, n - k + 1, s):\n"
            "        for cell in range(k):\n"
            "            reads[start + cell] += 1\n"
            "    return reads",
        ),
        slips=(
            edit("n - k + 1, s", "n - k, s", "The last window is lost where it ends with the line."),
            edit("n - k + 1, s", "n - k + 1, k", "Windows begin s cells apart, not k."),
            edit("n - k + 1, s", "n, s", "A window that would reach past the end is not there."),
            edit("range(k)", "range(s)", "A window has k cells, however far apart the windows are."),
        ),
        hints=("The last window may begin at n − k.",),
        why="Under 3/2 every second cell is read twice, under 2/2 each is read once, and a last cell that no window "
        "reaches stays at 0.",
    ),
    Exercise(
        "overlap-crossings",
        "Count the crossings",
        "core",
        5,
        "Write a formula for the number of cells of an `n`×`n` map that are read four times under 3/2, max pooling "
        "with windows of 3 at stride 2: `mine(n)`.",
        Function("[(3,), (5,), (13,), (14,), (55,)]"),
        start="def mine(n):\n    ...",
        right=(
            "def mine(n):\n    shared = (n - 3) // 2\n    return shared**2",
            "def mine(n):\n    windows = (n - 3) // 2 + 1\n    return (windows - 1) ** 2",
        ),
        slips=(
            edit("shared**2", "(shared + 1) ** 2", "The last window of a row has no neighbour behind it."),
            edit("shared**2", "shared", "That is how many are shared on a line. On a map both directions count."),
            edit("(n - 3) // 2", "(n - 2) // 2", "Look at the even map: a window of 3 fits one time fewer there."),
            edit("shared**2", "(n // 2) ** 2", "Not every second cell is shared: the outermost are not."),
        ),
        hints=("How many cells do two neighbouring windows share? How many neighbours are there in a row?",),
        why="Two neighbouring windows share one cell of a line, so there are as many shared cells as windows less one. "
        "On a map both coordinates must be shared.",
    ),
    Exercise(
        "overlap-one-pool",
        "One pool less",
        "core",
        4,
        "A unit behind AlexNet's pool5 sees 195 pixels. How many does it see if *pool2 alone* is 2/2 and the other two "
        "pools stay 3/2?",
        Number("pixels"),
        given="from cnnlessons import CATALOGUE, trace\nfrom cnnlessons.networks.layers import MaxPool",
        right=(
            'net = CATALOGUE["alexnet-2012"].change("one", pool2=MaxPool("pool2", 2))\n'
            'mine = trace(net)["pool5"].receptive_field',
        ),
        slips=(
            edit(
                'pool2=MaxPool("pool2", 2)',
                'pool1=MaxPool("pool1", 2)',
                "That is the field without pool1's overlap. The cells that pool2 reads are further apart.",
            ),
            edit(
                'pool2=MaxPool("pool2", 2)',
                'pool5=MaxPool("pool5", 2)',
                "That would be pool5, whose cells are the furthest apart.",
            ),
            instead("195 - 1", "A window that is one cell narrower: but how many pixels apart are its cells?"),
            instead("195", "It sees less: pool2's window is narrower by a cell."),
        ),
        hints=("Cells of conv1's maps are 4 pixels apart. How far apart are the cells that pool2 reads?",),
        why="pool2 reads cells that are 8 pixels apart, so a window that is a cell narrower sees 8 pixels less: 187. "
        "All three together take away 4 + 8 + 16.",
    ),
    Exercise(
        "overlap-more",
        "More overlap",
        "core",
        4,
        "Max pooling runs over noise at stride 2, with windows of 2, 3, 4, 5 and 7, and a gradient of 1 goes back from "
        "every output. How does the share of cells that get any gradient change as the windows grow?",
        Choice(("it grows", "it stays the same", "it falls", "it falls, then grows")),
        right=("it falls",),
        slips=(
            instead("it grows", "A cell has more chances in larger windows, but also more rivals. Try it."),
            instead("it stays the same", "The number of gradients stays. At how many cells do they arrive?"),
            instead("it falls, then grows", "Does anything limit the rivals of a cell as the windows grow? Try it."),
        ),
        hints=("`F.max_pool2d(x, k, 2).sum().backward()`, and then `(x.grad > 0).float().mean()`.",),
        why="25, 16 and so on: the larger the window, the fewer local champions share all the gradient.",
    ),
    Exercise(
        "overlap-nine-zeros",
        "Nine zeros",
        "warm-up",
        3,
        "Behind a ReLU all nine cells of a window may be 0. Which of them gets the gradient of PyTorch's max pooling?",
        Choice(("the first", "the middle one", "the last", "all nine, a ninth each", "none")),
        right=("the first",),
        slips=(
            instead("all nine, a ninth each", "PyTorch remembers one place for each window. Try it."),
            instead("none", "The pool does not know that there is a ReLU before it; it hands its gradient to a cell."),
            instead("the last", "A later cell wins only if it is larger. Try it."),
            instead("the middle one", "Which cell is looked at first, and what does it take to replace it?"),
        ),
        why="The one at the upper left. It does no harm behind a ReLU, whose own gradient is 0 there.",
    ),
    Exercise(
        "overlap-dropped",
        "Overlap without a larger window",
        "core",
        4,
        "Max pooling with windows of 2 at stride 1 shares cells. Behind it every second row and column is dropped. "
        "What is that as one pool, on a map of 12×12?",
        Choice(("3/2", "2/2", "2/1", "no pool at all")),
        right=("2/2",),
        slips=(
            instead("3/2", "At stride 2 a window that shares cells is at least 3 wide. Which windows are left here?"),
            instead("2/1", "Half of its rows and columns are gone. How far apart are the windows that are left?"),
            instead("no pool at all", "Every number that is left is the maximum of some window. Which ones?"),
        ),
        why="It is 2/2, because the windows that shared cells are the ones dropped. Zhang (2019) puts a blur between "
        "the two steps; then the shared windows leave a trace.",
    ),
    Exercise(
        "overlap-round-up",
        "Round up",
        "core",
        6,
        "With `ceil_mode=True` the last window may hang over the edge. Write `mine(n, k, s, up)`: the number of "
        "windows of `k` on a line of `n`, `s` apart, where `up` says whether the division is rounded up. `k` is "
        "at least `s`.",
        Function("[(55, 2, 2, True), (55, 3, 2, True), (12, 3, 2, True), (12, 3, 2, False), (13, 2, 2, False)]"),
        given="from math import ceil, floor",
        start="def mine(n, k, s, up):\n    ...",
        right=(
            "def mine(n, k, s, up):\n    steps = (n - k) / s\n    return (ceil(steps) if up else floor(steps)) + 1",
            "import torch\n"
            "from torch.nn import functional as F\n"
            "def mine(n, k, s, up):\n"
            "    x = torch.zeros(1, 1, n)\n"
            "    return F.max_pool1d(x, k, s, ceil_mode=up).shape[-1]",
        ),
        slips=(
            edit("ceil(steps) if up else floor(steps)", "floor(steps)", "Now none ever hangs over the edge."),
            edit("ceil(steps) if up else floor(steps)", "ceil(steps)", "Now one may always hang over the edge."),
            edit("floor(steps)) + 1", "floor(steps))", "Those are the steps. The first window stands before any step."),
            edit(
                "ceil(steps) if up else floor(steps)",
                "floor(steps) if up else ceil(steps)",
                "The other way round: look at `up`.",
            ),
        ),
        hints=("How many whole steps can the first window make?",),
        why="3/2 changes on even maps, 2/2 on odd ones, where it then reads the last row and column. It makes 28 "
        "of 55, which is what the program of 2012, which rounds up, had to undo with two paddings.",
    ),
)
