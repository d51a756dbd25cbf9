"""Exercises of "Make a network take any size"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Meets, Number

LESSON = "beyond/any-input-size"

EXERCISES = (
    Exercise(
        "smallest-alexnet",
        "The smallest AlexNet",
        "warm-up",
        4,
        "Averaged, AlexNet takes images from some size on. Find it with a pencil: conv1 has windows of 11 with stride "
        "4, each of three pools has windows of 3 with stride 2, and the other convolutions keep the size. How many "
        "pixels has a side at least?",
        Number("pixels"),
        right=(
            "pool5 = 3\npool2 = 3 + 2 * (pool5 - 1)\npool1 = 3 + 2 * (pool2 - 1)\nmine = 11 + 4 * (pool1 - 1)",
            "from cnnlessons import CATALOGUE\n"
            "from cnnlessons.networks import smallest_input\n"
            'mine = smallest_input(CATALOGUE["alexnet-gap"])',
        ),
        slips=(
            instead(
                "pool5 = 3\npool2 = 3 + 2 * pool5\npool1 = 3 + 2 * pool2\nmine = 11 + 4 * pool1",
                "You take one step too many each time: three windows need a first window and two steps.",
            ),
            instead("2 * 2 * 2 * 4", "Those are the strides alone. A window reaches further than one step."),
            instead("227", "That is what AlexNet was made for; its dense layers want it, and they are gone."),
            instead("11", "A window of conv1 fits, and nothing behind it: its map would have a single place."),
        ),
        hints=(
            "Begin at the end. The last pool has to find one window: how many places does it need?",
            "To return m places, a window of k with stride s needs k + (m − 1)·s.",
        ),
        same={"pool2 = 3 + (2 + (pool5 - 1))": "Two times two is two and two."},
        why="The last pool needs 3 places. The pool before it needs 3 + 2·2 = 7 to return 3, the first one "
        "3 + 6·2 = 15, and conv1 11 + 14·4 = 67 pixels to return 15. `smallest_input` finds the same.",
    ),
    Exercise(
        "unread-share",
        "Pale bars",
        "core",
        5,
        "`lenet-gap` has a 5×5 convolution, a 2×2 pool, another such pair, and an average. It takes an image of 19×19. "
        "Which share of the image's pixels, in per cent, has no influence on the answer?",
        Number("%", within=0.2),
        right=(
            "100 * (1 - (16 / 19) ** 2)",
            "from cnnlessons import CATALOGUE, trace\n"
            "from cnnlessons.networks.input_sizes import unread\n"
            'rows = unread(trace(CATALOGUE["lenet-gap"], (1, 19, 19)))\n'
            "mine = 100 * (1 - (1 - rows / 19) ** 2)",
        ),
        slips=(
            instead("100 * 3 / 19", "That is the share of the rows. Columns at the right are lost as well."),
            instead(
                "100 * (1 - (18 / 19) ** 2)",
                "The first pool leaves one row over, right. Look at the second pool, too.",
            ),
            instead(
                "100 * (1 - (17 / 19) ** 2)",
                "Each pool leaves one row over, but a row in front of the second pool stands for two of pixels.",
            ),
            instead("0", "It takes the size without an error; that does not mean that it reads all of it."),
        ),
        hints=("Follow the side of the map: 19, 15, … Which pools get an odd number?",),
        why="The sides are 19, 15, 7, 3, 1: both pools get an odd number. One row and two rows go unread, and as many "
        "columns, so 16·16 of 19·19 pixels are read and 29 % are lost. At 255×255 it is 2 %, at 256×256 nothing: "
        "sizes that the strides divide well lose nothing.",
    ),
    Exercise(
        "not-square",
        "Not square",
        "core",
        4,
        "The LeNet that flattens wants maps of 5×5 and takes square images of 32 to 35 pixels a side. Now images may "
        "be oblong, with heights and widths from 24 to 44 pixels, 441 sizes. How many of them does it take?",
        Number("sizes"),
        right=(
            "4 * 4",
            "from cnnlessons import CATALOGUE, trace\n"
            'net = CATALOGUE["lenet-003-corrected"]\n'
            "own = [row.params for row in trace(net)]\n"
            "sizes = [(h, w) for h in range(24, 45) for w in range(24, 45)]\n"
            "mine = sum(own == [row.params for row in trace(net, (1, *size))]\n"
            "           for size in sizes)",
        ),
        slips=(
            instead("4", "Those are the square ones. Height and width need not be equal."),
            instead("4 * 21", "Both sides have to fit, not only one of them."),
            instead("441", "The dense layer still wants 25 places of a map, no more and no fewer."),
            instead("1", "32×32 is one. What do the pools do with the other sizes near it?"),
        ),
        hints=("25 places: which heights and widths of a map give that many?",),
        why="Height and width can be 32 to 35 each: 4·4. No other product but 5·5 gives 25 places at these sizes.",
    ),
    Exercise(
        "sizes-taken",
        "All the sizes it takes",
        "core",
        10,
        "Write `mine(windows, need)`. `windows` lists a network's convolutions and pools in order, each as "
        "`(k, s, p)`: window, stride, and padding at each end, all rounding down. `need` is the side of the map that "
        "the first dense layer wants. Return a list of the sides, from 1 to 512 pixels, of all square images that fit.",
        Function(
            "[([(5, 1, 0), (2, 2, 0), (5, 1, 0), (2, 2, 0)], 5),"
            " ([(3, 1, 1), (2, 2, 0), (3, 1, 1), (2, 2, 0)], 16),"
            " ([(7, 4, 2), (3, 2, 1), (3, 1, 1)], 56), ([(2, 600, 1)], 1)]"
        ),
        start="def mine(windows, need):\n    ...",
        right=(
            "def mine(windows, need):\n"
            "    sizes = []\n"
            "    for n in range(1, 513):\n"
            "        side = n\n"
            "        for k, s, p in windows:\n"
            "            side = (side + 2 * p - k) // s + 1\n"
            "        if side == need:\n"
            "            sizes.append(n)\n"
            "    return sizes",
        ),
        slips=(
            edit(
                "(side + 2 * p - k) // s + 1",
                "-(-(side + 2 * p - k) // s) + 1",
                "You round up, as Caffe's pools do. These layers round down.",
            ),
            edit("2 * p", "p", "The padding is added at each end, so it counts twice."),
            edit(" // s + 1", " // s", "The first window is forgotten: steps and one more."),
            edit("return sizes", "return len(sizes)", "The sizes themselves are wanted, not how many there are."),
            edit(
                "            if side == need:".strip(),
                "if side >= need:",
                "A dense layer takes exactly so many numbers, not more.",
            ),
        ),
        hints=("Start with every n from 1 to 512 and follow its side through the layers.",),
        why="As many neighbouring sizes fit as the strides multiply to: four for LeNet, 32 for AlexNet and VGG-16.",
    ),
    Exercise(
        "class-activation-map",
        "Average first or last",
        "core",
        8,
        "A network averages its last maps and applies one linear layer to the averages. A mean and a linear layer may "
        "change places, so it carries a map of scores for each class with it. Write `mine(maps, weight, bias)`: `maps` "
        "has the shape (C, H, W), `weight` (K, C), `bias` (K). Return (K, H, W), the scores at each place, whose mean "
        "over all places are the network's scores.",
        Function(
            "[(torch.rand(4, 2, 3), torch.randn(5, 4), torch.randn(5)),"
            " (torch.rand(3, 4, 4), -torch.rand(3, 3), torch.ones(3))]"
        ),
        given="import torch",
        start="def mine(maps, weight, bias):\n    ...",
        right=(
            "def mine(maps, weight, bias):\n"
            "    scores = torch.einsum('kc,chw->khw', weight, maps)\n"
            "    return scores + bias[:, None, None]",
            "def mine(maps, weight, bias):\n"
            "    everywhere = maps.movedim(0, 2) @ weight.T + bias\n"
            "    return everywhere.movedim(2, 0)",
        ),
        slips=(
            edit(
                "scores + bias[:, None, None]",
                "scores",
                "The bias is missing. It belongs to every place, since the mean of all places has it once.",
            ),
            edit(
                "scores + bias[:, None, None]",
                "torch.relu(scores + bias[:, None, None])",
                "Scores may be negative: without them the mean comes out too high.",
            ),
            edit(
                "scores + bias[:, None, None]",
                "scores / scores[0].numel() + bias[:, None, None]",
                "Divided by the number of places: the mean already does that.",
            ),
            edit(
                "return scores + bias[:, None, None]",
                "return (scores + bias[:, None, None]).mean((1, 2))",
                "That is the end, one score for each class. The map before the mean is wanted.",
            ),
        ),
        hints=("Apply the linear layer at each place (h, w) to the C numbers that stand there.",),
        why="mean(W·x + b) = W·mean(x) + b. Zhou et al. (2016) call the result the class activation map: it shows "
        "where on the image the network found what speaks for a class.",
    ),
    Exercise(
        "average-may-move",
        "Where the average may not move",
        "warm-up",
        3,
        "Behind the average of the maps stands a head. For which of these heads does it change the scores if the head "
        "is applied at each place of the maps, and its outputs are averaged instead?",
        Choice(
            (
                "one linear layer",
                "two linear layers with nothing between them",
                "a linear layer, tanh, a linear layer",
                "for none of them",
            )
        ),
        right=("a linear layer, tanh, a linear layer",),
        slips=(
            instead("one linear layer", "A mean and a linear layer may change places: both are sums."),
            instead(
                "two linear layers with nothing between them",
                "Two linear layers in a row are one linear layer, and that may change places with a mean.",
            ),
            instead("for none of them", "Is the squashed mean of two numbers the mean of the squashed numbers?"),
        ),
        hints=("Try it with two places whose numbers are −2 and 2.",),
        why="tanh is not linear: the mean of tanh is not tanh of the mean. `lenet-conv5-gap` has such a head, so for "
        "it the order matters.",
    ),
    Exercise(
        "any-size-network",
        "Build one for any size",
        "challenge",
        15,
        "Build a network for grey images as an `nn.Sequential` that returns ten scores for an image of 16×16 and of "
        "every larger size, refuses 15×15, and has at most 3,000 parameters. It should have at least two "
        "convolutions.",
        Meets(
            {
                "fewer": "answers(mine, 15)",
                "small": "answers(mine, 16)",
                "odd": "answers(mine, 33)",
                "large": "answers(mine, 64)",
                "params": "sum(p.numel() for p in mine.parameters())",
                "convs": "sum(isinstance(m, nn.Conv2d) for m in mine.modules())",
            },
            {
                "small != 'refused'": "It refuses 16×16.",
                "fewer == 'refused'": "It takes 15×15 as well; 16×16 should be its smallest size.",
                "odd != 'refused' and large != 'refused'": "It takes 16×16, but not every larger size: 33×33 or 64×64 "
                "ends with an error.",
                "small == odd == large == (2, 10)": "For two images of 16, 33 and 64 pixels a side it returns the "
                "shapes {small}, {odd} and {large}; (2, 10) is wanted.",
                "params <= 3000": "It has {params:,} parameters, more than 3,000.",
                "convs >= 2": "It has {convs} convolutions; at least two are wanted.",
            },
        ),
        given=(
            "import torch\n"
            "from torch import nn\n\n"
            "def answers(net, n):\n"
            "    try:\n"
            "        return tuple(net(torch.zeros(2, 1, n, n)).shape)\n"
            "    except RuntimeError:\n"
            '        return "refused"'
        ),
        right=(
            "mine = nn.Sequential(\n"
            "    nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2),\n"
            "    nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),\n"
            "    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))",
            "mine = nn.Sequential(\n"
            "    nn.Conv2d(1, 4, 9), nn.ReLU(), nn.Conv2d(4, 10, 8),\n"
            "    nn.AdaptiveAvgPool2d(1), nn.Flatten())",
        ),
        slips=(
            edit(
                "nn.AdaptiveAvgPool2d(1), ",
                "",
                "Flattened without an average, the last layer gets another number of values at every size of the map.",
            ),
            edit(
                "nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10)",
                "nn.AdaptiveAvgPool2d(4), nn.Flatten(), nn.Linear(256, 10)",
                "It takes any size, but a pool to 4×4 leaves 256 numbers for the dense layer, and so too many weights.",
            ),
            edit(
                "nn.Conv2d(1, 6, 5)",
                "nn.Conv2d(1, 6, 5, padding=2)",
                "With padding the first map is larger, so that smaller images fit too.",
            ),
            edit(", nn.Linear(16, 10)", "", "The averages are 16 numbers. Something has to make ten scores of them."),
        ),
        same={
            "mine = nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(6, 16, 5), "
            "nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))": "Where the ReLUs stand "
            "changes no size.",
            "mine = nn.Sequential(nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(6, 16, 5), nn.ReLU(), "
            "nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))": "ReLU and max pooling may "
            "change places.",
            "mine = nn.Sequential(nn.ReLU(), nn.Conv2d(1, 6, 5), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), "
            "nn.MaxPool2d(2), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))": "A ReLU in front is odd, "
            "but no size minds.",
        },
        hints=(
            "Average each map to one number before the last layer: `nn.AdaptiveAvgPool2d(1)`, then `nn.Flatten()`.",
            "Count from the end: a last pool of 2×2 needs 2 places; how many pixels is that at the first layer?",
        ),
        why="An average of each map makes the last layer independent of the size. The windows decide on the smallest "
        "one: 2, 6, 12 and 16 pixels, from the last pool to the first convolution.",
    ),
)
