"""Exercises of "Kill a unit, and bring it back"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/dying-relu"

EXERCISES = (
    Exercise(
        "dying-leaky",
        "A ReLU that cannot die",
        "warm-up",
        4,
        "Maas et al. (2013) give ReLU's left side a small slope. Write this leaky ReLU as `mine(a, slope)`: `a` where "
        "it is positive, else `slope` times `a`; `a` is a tensor.",
        Function("[(torch.tensor([-100.0, -1.0, 0.0, 2.0, 30.0]), 0.01), (torch.randn(3, 4), 0.25)]"),
        given="import torch",
        start="def mine(a, slope):\n    ...",
        right=(
            "def mine(a, slope):\n    return torch.where(a > 0, a, slope * a)",
            "def mine(a, slope):\n    return a.clamp(min=0) + slope * a.clamp(max=0)",
        ),
        slips=(
            edit("torch.where(a > 0, a, slope * a)", "torch.relu(a)", "That is plain ReLU, whose left side is flat."),
            edit("a, slope * a)", "slope * a, a)", "The two sides are exchanged: the positive one stays as it is."),
            edit("slope * a)", "-slope * a)", "Negative sums stay negative; yours turn positive."),
            edit("slope * a)", "slope)", "Multiply by the slope: a constant would be as flat as zero."),
        ),
        hints=("`torch.where(condition, one, other)` chooses number by number.",),
        same={"return torch.where(a >= 0, a, slope * a)": "At 0 both sides are 0."},
        why="Its slope is never exactly zero, so some gradient always comes back.",
    ),
    Exercise(
        "dying-leaky-bias",
        "What it would feel",
        "core",
        6,
        "A unit has the sums x − 20 for three inputs x of 0.5, 1 and 2, and a leaky ReLU with a slope of 0.1 on the "
        "left. The loss is the sum of the squares of output − 1. How large is the gradient of its bias?",
        Number(),
        right=("sum(2 * (0.1 * (x - 20) - 1) * 0.1 for x in (0.5, 1, 2))",),
        slips=(
            instead("0", "That is plain ReLU. A leaky one passes a part of the gradient."),
            edit(" * 0.1 for", " for", "That is what the loss sends back. The slope on the left multiplies it."),
            edit("0.1 * (x - 20) - 1", "0 - 1", "The output is not 0: a leaky ReLU lets a part of the sum through."),
            edit("(0.5, 1, 2)", "(0.5,)", "That is one input. The loss adds all three."),
        ),
        hints=("Three factors for each input: 2 (output − 1), the slope, and 1 for the bias.",),
        why="Each output is near −2 and the loss wants 1, so it sends back about −6 for each of three inputs, and the "
        "slope passes a tenth: −1.73. The unit can come back, slowly.",
    ),
    Exercise(
        "dying-abs-tanh",
        "|tanh|",
        "warm-up",
        2,
        "The AlexNet paper mentions another rectifier, |tanh a|. Does a unit with it saturate, and can it die?",
        Choice(("saturates, cannot die", "saturates, can die", "neither", "can die, does not saturate")),
        right=("saturates, cannot die",),
        slips=(
            instead("saturates, can die", "Dead is who gets a slope of exactly zero for every image. Where is that?"),
            instead("neither", "Look far out on either side: how steep is it there?"),
            instead("can die, does not saturate", "Look at both ends, and at the slope of tanh far below zero."),
        ),
        hints=("Draw it. Where is it flat, and where is its slope exactly zero?",),
        why="It saturates on both sides as tanh does, and away from 0 its slope is never exactly zero. Rectifying and "
        "not saturating are two different ideas.",
    ),
    Exercise(
        "dying-decay",
        "Decay of the dead",
        "core",
        5,
        "A unit of a network is dead from the beginning. Plain gradient descent with weight decay subtracts step size "
        "× "
        "decay × weight from each weight at each update. With a step size of 0.01 and AlexNet's decay of 0.0005, which "
        "part of its weights is left after 100,000 updates?",
        Number(within=0.004),
        right=("(1 - 0.01 * 0.0005) ** 100_000",),
        slips=(
            instead("1", "The loss has no say about a dead unit. The decay has one."),
            instead("1 - 0.01 * 0.0005 * 100_000", "Each update takes a part of what is *left*."),
            edit("0.01 * 0.0005", "0.0005", "The step size multiplies the decay, as it multiplies the gradient."),
        ),
        hints=("One update multiplies a weight by 1 − step size × decay.",),
        same={
            "mine = (0.01 * 0.0005 - 1) ** 100000": "The exponent is even.",
            "mine = (1 - 0.01 * 0.0005) ** 100001": "One update more changes the sixth digit.",
            "mine = (1 - 0.01 * 0.0005) ** 99999": "One update less changes the sixth digit.",
        },
        why="(1 − 0.000005)¹⁰⁰⁰⁰⁰ is about e^(−½), 61 %. All its weights shrink by the same factor; in the lesson's "
        "killed "
        "unit it was 0.997 in one pass, with momentum.",
    ),
    Exercise(
        "dying-count",
        "Count the dead",
        "core",
        5,
        "Write `mine(outputs)`: how many units of a layer are dead, from what its ReLUs return for some images. "
        "`outputs` is a tensor of images × units, or of images × maps × height × width; there each position of a map "
        "is "
        "a unit.",
        Function(
            "[(silence((50, 12), 3),), (silence((8, 4, 3, 3), 5),), (silence((6, 20), 0),), (torch.zeros(3, 7),)]"
        ),
        given="import torch\n\n"
        "def silence(shape, dead):  # something to try it with\n"
        "    outputs = torch.randn(shape).relu().flatten(1)\n"
        "    outputs[0] += 0.1  # every unit is active for the first image\n"
        "    outputs[:, :dead] = 0\n"
        "    return outputs.view(shape)",
        start="def mine(outputs):\n    ...",
        right=("def mine(outputs):\n    return int((outputs == 0).all(0).sum())",),
        slips=(
            edit(".all(0)", ".any(0)", "Those are silent for some image. Dead is who is silent for all."),
            edit(
                "(outputs == 0).all(0).sum()",
                "(outputs == 0).sum() / len(outputs)",
                "That is how many are silent per image.",
            ),
            edit(
                "(outputs == 0).all(0).sum()",
                "(outputs == 0).flatten(1).all(1).sum()",
                "Those are images without any active unit.",
            ),
            edit(
                "(outputs == 0).all(0).sum()",
                "(outputs == 0).all(0).float().mean()",
                "That is a share, rounded down. A number of units is asked.",
            ),
        ),
        hints=("Which axis has the images?",),
        why="All outputs of a dead unit are zero, over the images that were looked at; for others it may be alive.",
    ),
    Exercise(
        "dying-wake",
        "Raise the dead",
        "challenge",
        10,
        "Write `mine(sums, bias)`, which wakes the dead units of a layer by their biases alone. `sums` are the sums "
        "that "
        "go into ReLU, images × units, with `bias` (a number per unit) in them already. Return new biases: of a unit "
        "that "
        "is positive for no image raised until a tenth of its images are (`quantile(0.9)` of its sums is then 0), of "
        "all "
        "others unchanged.",
        Function(
            "[(torch.linspace(-3, 1, 44).view(11, 4).cumsum(0) / 3, torch.tensor([0.0, 1.0, -2.0, 0.5])),"
            " (torch.tensor([[-1.0, 0.5], [0.0, -1.0], [-2.0, -3.0]]), torch.tensor([0.0, 1.0])),"
            " (torch.randn(21, 5) - torch.tensor([9.0, 0.0, 9.0, 0.0, 5.0]), torch.randn(5))]"
        ),
        given="import torch",
        start="def mine(sums, bias):\n    ...",
        right=(
            "def mine(sums, bias):\n"
            "    dead = sums.amax(0) <= 0\n"
            "    return torch.where(dead, bias - sums.quantile(0.9, dim=0), bias)",
        ),
        slips=(
            edit(
                "bias - sums",
                "bias + sums",
                "The quantile of a dead unit is negative. Which way does the bias have to go?",
            ),
            edit("quantile(0.9", "quantile(0.1", "Then nine tenths of the images are positive."),
            edit(
                "torch.where(dead, bias - sums.quantile(0.9, dim=0), bias)",
                "bias - sums.quantile(0.9, dim=0)",
                "Living units are left alone.",
            ),
            edit(
                "sums.amax(0) <= 0",
                "sums.mean(0) <= 0",
                "A unit whose mean is negative may still speak for some images.",
            ),
        ),
        hints=("A unit is dead if the largest of its sums is not above zero.",),
        why="No weight is touched: nothing was wrong with them. In the lesson a network that read 10 % for ever reads "
        "90 % "
        "three passes later.",
    ),
)
