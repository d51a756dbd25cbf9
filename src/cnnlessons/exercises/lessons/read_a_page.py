"""Exercises of "Read a page with one LeNet"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Network, Number

LESSON = "beyond/read-a-page"

EXERCISES = (
    Exercise(
        "map-side",
        "The side of the map",
        "warm-up",
        4,
        "A network slides over an image of side `n`. `smallest` is the smallest side it takes, `step` the distance of "
        "its answers in pixels. Write `mine(n, smallest, step)`, the side of its map of answers. What does it "
        "give for `alexnet-fcn`, which starts at 227, and images of 500×500?",
        Function("[(64, 32, 4), (32, 32, 4), (500, 227, 32), (99, 32, 4)]"),
        start="def mine(n, smallest, step):\n    ...",
        right=("def mine(n, smallest, step):\n    return (n - smallest) // step + 1",),
        slips=(
            edit(" // step + 1", " // step", "Those are the steps. The first window counts too."),
            edit("(n - smallest) // step + 1", "n // step", "The last window has to end on the image."),
            edit("(n - smallest) // step + 1", "n // smallest", "The windows overlap; they are not laid side by side."),
            edit(
                "(n - smallest) // step + 1",
                "-(-(n - smallest) // step) + 1",
                "You round up: that window would reach past the edge.",
            ),
        ),
        hints=("All layers together act like one window of side `smallest` that moves in steps of `step`.",),
        why="All roundings together act like one window. `alexnet-fcn` returns 9×9 for 500×500; Long et al. (2015) "
        "report 10×10, because Caffe's pools round up.",
    ),
    Exercise(
        "dense-to-kernels",
        "Pour the weights in",
        "core",
        6,
        "A dense layer reads C maps of `side`×`side`, flattened as `nn.Flatten` does, map after map. Write "
        "`mine(weight, side)`, which takes its weight of shape (units, C·side·side) and returns the weight of the "
        "convolution that computes the same, of shape (units, C, side, side).",
        Function("[(torch.arange(36.).view(2, 18), 3), (torch.rand(5, 48), 4)]"),
        given="import torch",
        start="def mine(weight, side):\n    ...",
        right=(
            "def mine(weight, side):\n    return weight.view(len(weight), -1, side, side)",
            "def mine(weight, side):\n    return weight.unflatten(1, (-1, side, side))",
        ),
        slips=(
            edit(
                "weight.view(len(weight), -1, side, side)",
                "weight.view(len(weight), side, side, -1).permute(0, 3, 1, 2)",
                "That is the order of TensorFlow, place after place with all channels. PyTorch flattens map after map.",
            ),
            edit(
                "weight.view(len(weight), -1, side, side)",
                "weight.view(len(weight), -1, side, side).transpose(2, 3)",
                "Rows and columns are swapped: within a map, row comes after row.",
            ),
            edit(
                "weight.view(len(weight), -1, side, side)",
                "weight.view(-1, len(weight), side, side)",
                "Units and maps are swapped: the first axis of a kernel is the unit.",
            ),
            edit(
                "weight.view(len(weight), -1, side, side)",
                "weight.view(len(weight), -1, 1, 1)",
                "1×1 kernels are for the dense layers behind this one. This one sees side×side places.",
            ),
        ),
        hints=("Nothing has to move: the numbers stand in the right order already.",),
        why="The order is the same, so `view` is all it takes: a unit's weights are C squares of side×side.",
    ),
    Exercise(
        "head-as-convolutions",
        "A head that slides",
        "core",
        6,
        "This head makes ten scores of 32 maps of 7×7. Build it from convolutions, as an `nn.Sequential`, so that it "
        "answers at every place of larger maps (at 6×3 places of maps of 12×9) with as many parameters as before.",
        Network((32, 12, 9)),
        given=(
            "from torch import nn\n\n"
            "head = nn.Sequential(\n"
            "    nn.Flatten(), nn.Linear(32 * 7 * 7, 64), nn.ReLU(), nn.Linear(64, 10))"
        ),
        right=("nn.Sequential(nn.Conv2d(32, 64, 7), nn.ReLU(), nn.Conv2d(64, 10, 1))",),
        slips=(
            edit(
                "nn.Conv2d(64, 10, 1)",
                "nn.Conv2d(64, 10, 3)",
                "The second layer has one weight for each of 64 units. How many places can its kernel see then?",
            ),
            edit(
                "nn.Conv2d(32, 64, 7)", "nn.Conv2d(32, 64, 1)", "The first layer has 49 weights for each map, not one."
            ),
            edit(
                "nn.Conv2d(32, 64, 7)",
                "nn.Conv2d(32, 64, 7, padding=3)",
                "With padding it answers at places where the window reaches past the map.",
            ),
            edit("nn.ReLU(), ", "", "The ReLU between the two layers is lost."),
        ),
        hints=("A layer that reads 7×7 places is a convolution whose kernel fits in just one place of a 7×7 map.",),
        why="64 kernels of 7×7 over 32 maps, then ten kernels of 1×1 over 64: as many numbers as before.",
    ),
    Exercise(
        "work-saved",
        "What sharing saves",
        "core",
        6,
        "The page of 144×288 has 29 rows of 65 windows. How many times as many multiplications does it take to read "
        "them one by one (`lenet-003-corrected` at 1×32×32) as to run the converted network over the page "
        "(`lenet-fcn` at 1×144×288)? The traces' `macs` tell.",
        Number("times", within=0.05),
        given="from cnnlessons import CATALOGUE, trace",
        right=(
            'window = trace(CATALOGUE["lenet-003-corrected"], (1, 32, 32)).macs\n'
            'page = trace(CATALOGUE["lenet-fcn"], (1, 144, 288)).macs\n'
            "mine = 29 * 65 * window / page",
        ),
        slips=(
            edit(
                "29 * 65 * window / page",
                "page / window",
                "That is how many windows the page costs, not what it saves.",
            ),
            instead("29 * 65", "The page is larger than a window, so running over it costs more than one window."),
            instead(
                "144 * 288 / 32**2",
                "That is how many windows lie side by side. They overlap, and C5 answers at every place either way.",
            ),
            edit("29 * 65 * window", "28 * 64 * window", "Those are the steps. The first window of a row counts too."),
        ),
        same={
            "page = trace(CATALOGUE['lenet-fcn'], (1, 145, 288)).macs": "A row of pixels more is hardly any work and "
            "no window.",
        },
        hints=("One by one: a window's multiplications, times the number of windows.",),
        why="More than five times. The convolutions in front work once where windows overlap; C5, F6 and the output "
        "answer at all 1,885 places either way.",
    ),
    Exercise(
        "windows-over-a-pixel",
        "Windows over a pixel",
        "challenge",
        12,
        "A converted LeNet looks at windows of 32×32, four pixels apart, that lie wholly on the page. Write "
        "`mine(r, c, h, w)`: how many windows contain the pixel in row `r` and column `c`, counted from 0, of a page "
        "of `h` rows and `w` columns?",
        Function(
            "[(0, 0, 144, 288), (70, 100, 144, 288), (4, 100, 144, 288), (31, 32, 64, 68), (143, 287, 144, 288),"
            " (34, 10, 35, 64)]"
        ),
        start="def mine(r, c, h, w):\n    ...",
        right=(
            "def mine(r, c, h, w):\n"
            "    def seen(at, side):\n"
            "        starts = range(0, side - 31, 4)\n"
            "        return sum(i <= at < i + 32 for i in starts)\n"
            "    return seen(r, h) * seen(c, w)",
        ),
        slips=(
            edit(
                "return seen(r, h) * seen(c, w)",
                "return 64",
                "Eight in each direction, in the middle of the page. Near its edges there are fewer.",
            ),
            edit("seen(r, h) * seen(c, w)", "seen(r, h)", "Those are the rows of windows; each has several columns."),
            edit(
                "seen(r, h) * seen(c, w)",
                "seen(r, h) + seen(c, w)",
                "Every fitting row of windows meets every fitting column.",
            ),
            edit(
                "range(0, side - 31, 4)", "range(0, side, 4)", "The last windows would reach past the end of the page."
            ),
            edit("i <= at < i + 32", "i <= at <= i + 32", "A window that starts at i ends at i + 31."),
        ),
        hints=(
            "Solve it for one direction first: a line of `side` pixels, and windows that start at 0, 4, 8 and so on.",
        ),
        why="The two directions are independent: 8·8 windows in the middle of a page, one at a corner, and none at an "
        "edge that the steps do not reach.",
    ),
    Exercise(
        "contending-digits",
        "Heat maps by class",
        "core",
        8,
        "`p` has the shape (11, H, W): at each place the probabilities of the ten digits and, last, of “nothing here”. "
        "Where a place has a spot in the maps of two digits, the network hesitates. Write `mine(p)`: the pair of "
        "digits `(a, b)`, a smaller than b, whose two probabilities, multiplied at each place and added over all "
        "places, give the largest sum.",
        Function("[((3 * torch.randn(11, 4, 5)).softmax(0),) for _ in range(4)]"),
        given="import torch",
        start="def mine(p):\n    ...",
        right=(
            "def mine(p):\n"
            "    maps = p[:10].flatten(1)\n"
            "    both = (maps @ maps.T).triu(1)\n"
            "    return divmod(both.argmax().item(), 10)",
            "from itertools import combinations\n"
            "def mine(p):\n"
            "    pairs = combinations(range(10), 2)\n"
            "    return max(pairs, key=lambda ab: (p[ab[0]] * p[ab[1]]).sum())",
        ),
        slips=(
            edit(".triu(1)", ".triu(0)", "A digit contends with itself in your sum: take two different ones."),
            instead(
                "def mine(p):\n"
                "    maps = p.flatten(1)\n"
                "    both = (maps @ maps.T).triu(1)\n"
                "    return divmod(both.argmax().item(), 11)",
                "“Nothing here” is among your classes. Only the ten digits are asked for.",
            ),
            instead(
                "def mine(p):\n"
                "    total = p[:10].sum((1, 2))\n"
                "    return tuple(sorted(total.topk(2).indices.tolist()))",
                "Those are the two most frequent digits. They need not be likely at the same places.",
            ),
        ),
        hints=("With each map as a row, a matrix times its transpose has all pairs of sums.",),
        why="A product is large only where both are likely. On a page read well the sum is small for all pairs; the "
        "largest one names the digits that the network confuses.",
    ),
    Exercise(
        "from-random-weights",
        "Without the first training",
        "core",
        8,
        "The scout was first trained on single digits, then 250 steps on pages, and read some 245 of 280 digits on the "
        "large page. Leave the first training out: call `reset_parameters()` on each layer of `scout` that has it, "
        "before the same 250 steps. What happens?",
        Choice(("it reads about as many", "it reads far fewer", "it finds nothing at all", "the loss becomes nan")),
        right=("it reads far fewer",),
        slips=(
            instead(
                "it reads about as many",
                "The 250 steps were enough to learn *where* digits are, by a network that knew already what they are.",
            ),
            instead("it finds nothing at all", "It learns something: every page has a target at 400 places."),
            instead("the loss becomes nan", "Long gradients are shortened, so the steps stay bounded from any start."),
        ),
        hints=("Which two things has a network to learn from these pages if it knows nothing?",),
        why="In our run 110 of 280. It has to learn at once what a digit is and where it is, from targets most of "
        "which say “nothing”.",
    ),
    Exercise(
        "larger-digits-on-the-page",
        "Larger digits",
        "warm-up",
        3,
        "Enlarge the page of 22 digits by one half before it is read, `F.interpolate(page[None, None], "
        "scale_factor=1.5)[0, 0]`. Which sentence will be true?",
        Choice(
            (
                "it reads as well as before, for it takes any size",
                "it reads badly, for it learnt digits of one size",
                "it reads better, for there is more to see",
                "it stops with an error",
            )
        ),
        right=("it reads badly, for it learnt digits of one size",),
        slips=(
            instead(
                "it reads as well as before, for it takes any size",
                "It takes any size, right. Its kernels know strokes of one width only.",
            ),
            instead(
                "it reads better, for there is more to see",
                "Interpolated pixels hold nothing that was not there before.",
            ),
            instead("it stops with an error", "No layer of it minds the size of the page."),
        ),
        hints=("What did it meet at all places of its training pages, and what did it never meet?",),
        why="In our run it read 10 of the 22. It has learnt digits of one size at all places, not digits of all sizes; "
        "that takes a training at several sizes, as in the lesson before.",
    ),
)
