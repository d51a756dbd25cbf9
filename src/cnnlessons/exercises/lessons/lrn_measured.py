"""Exercises of "Find out what LRN was worth"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "alexnet/lrn-measured"

EXERCISES = (
    Exercise(
        "lrn-points",
        "Points and per cent",
        "warm-up",
        3,
        "The net without normalisation misses 42.03 % of the images, AlexNet 40.66 %. By how many per cent *of the "
        "errors* does normalisation lower the error rate?",
        Number("%", within=0.05),
        right=("100 * (42.03 - 40.66) / 42.03",),
        slips=(
            instead("42.03 - 40.66", "Those are the points. Which share of the 42.03 are they?"),
            edit("/ 42.03", "/ 40.66", "The share is one of the errors *without* the layer."),
            instead("100 * 40.66 / 42.03", "That share of the errors is left."),
        ),
        same={
            "mine = 99 * (42.03 - 40.66) / 42.03": "A hundredth more or less is not seen at two digits.",
            "mine = 101 * (42.03 - 40.66) / 42.03": "A hundredth more or less is not seen at two digits.",
        },
        why="1.37 points are 3.3 % of the errors, a thirtieth. “LRN lowers the error by 1.4 %” is neither: taken at "
        "its word it would be 0.6 points.",
    ),
    Exercise(
        "lrn-enough-images",
        "Enough images",
        "core",
        5,
        "VGG's two networks differ by 0.1 points at an error of 29.6 %. On how many test images each would 0.1 points "
        "be two standard errors of the difference of two such error rates?",
        Number("images", within=20_000),
        right=("2 * 0.296 * 0.704 * (2 / 0.001) ** 2",),
        slips=(
            instead("0.296 * 0.704 * (2 / 0.001) ** 2", "Both error rates are uncertain; their variances add up."),
            instead("2 * 0.296 * 0.704 * (1 / 0.001) ** 2", "That makes 0.1 points one standard error, not two."),
            instead("2 * 0.296 * 0.704 * (2 / 0.001)", "Luck shrinks with the root of the number: square something."),
        ),
        hints=("The variance of one error rate is p(1 − p)/n. What is that of a difference of two?",),
        why="About 1,670,000, more than ImageNet has training images. If both networks see the same images fewer are "
        "enough, but nobody has published which images each missed.",
    ),
    Exercise(
        "lrn-louder",
        "Ten times louder",
        "core",
        4,
        "The images of a batch are multiplied by 10 and go into two layers, `nn.LocalResponseNorm(5, alpha=5e-4, "
        "k=2.0)` and `nn.BatchNorm2d`, which is in training mode. Which of them returns the same as before?",
        Choice(("both", "LRN only", "batch norm only", "neither")),
        right=("batch norm only",),
        slips=(
            instead("both", "LRN's k stays what it is when the numbers grow. Try it."),
            instead("LRN only", "Which of the two divides by what it finds, and which also adds a constant?"),
            instead("neither", "One of them divides by the spread of the batch, which grows tenfold as well."),
        ),
        why="Batch norm divides by the spread that it finds. LRN, with k = 2, returns about nine times as much for "
        "numbers between 0 and 5. Batch norm has no scale that could be set wrongly, so it moves from network to "
        "network without new constants.",
    ),
    Exercise(
        "lrn-common-step",
        "A common step size",
        "core",
        8,
        "Suppose all networks had been compared at *one* step size. By how many points would LRN have led the network "
        "without it on the held-back images, at each of 0.005, 0.01, 0.02 and 0.04? Read the record and answer with "
        "four numbers; negative ones mean that it trails.",
        Values(),
        given="from cnnlessons.experiments import records\n\n"
        'choice = records.find("E04-choice")\n# variants: "LRN, lr 0.005", "without, lr 0.005" and so on',
        right=(
            "def right(name, rate):\n"
            '    runs = choice.curve(f"{name}, lr {rate:g}", "test_accuracy")\n'
            "    return 100 * runs[0][-1]\n"
            "\n"
            "rates = (0.005, 0.01, 0.02, 0.04)\n"
            'mine = [right("LRN", r) - right("without", r) for r in rates]',
        ),
        slips=(
            edit(
                'right("LRN", r) - right("without", r)',
                'right("without", r) - right("LRN", r)',
                "That is the lead of the network *without* LRN.",
            ),
            edit("runs[0][-1]", "runs[0][0]", "That is after the first epoch. Read the end of the runs."),
            edit('right("LRN", r)', 'right("batch norm", r)', "That is the lead of batch norm."),
            edit("100 * runs", "runs", "Those are shares. A point is a hundredth."),
        ),
        hints=('`choice.curve(variant, "test_accuracy")` has a row for each seed, here one, and a column an epoch.',),
        same={"return 100 * runs[-1][-1]": "There is one run of each variant, so the first is the last."},
        why="At 0.005, the best step of the network without it, LRN trails by more than two points; at 0.04 it "
        "leads by four. “LRN harms” and “LRN helps” are both results of a comparison at somebody else's step size.",
    ),
    Exercise(
        "lrn-who-is-read",
        "What a layer reads",
        "core",
        8,
        "Write `mine(layer, x, at)`: how many numbers of `x` does the output number `layer(x)[at]` depend on? Ask "
        "autograd, and count the inputs whose derivative is not zero.",
        Function(
            "[(nn.LocalResponseNorm(5, alpha=25.0), torch.rand(3, 8, 2, 3).double(), (1, 2, 0, 1)), "
            "(nn.BatchNorm2d(4).double(), torch.rand(3, 4, 2, 3).double(), (1, 2, 0, 1)), "
            "(nn.GroupNorm(2, 8).double(), torch.rand(2, 8, 2, 2).double(), (1, 2, 0, 1))]"
        ),
        given="import torch\nfrom torch import nn",
        start="def mine(layer, x, at):\n    ...",
        right=(
            "def mine(layer, x, at):\n"
            "    x = x.clone().requires_grad_()\n"
            "    (gradient,) = torch.autograd.grad(layer(x)[at], x)\n"
            "    return (gradient != 0).sum()",
            "def mine(layer, x, at):\n"
            "    x = x.detach().clone().requires_grad_()\n"
            "    layer(x)[at].backward()\n"
            "    return int(x.grad.count_nonzero())",
        ),
        slips=(
            edit("gradient != 0", "gradient > 0", "An input that lowers the answer is read as well."),
            edit(
                "(gradient != 0).sum()", "gradient.numel()", "That is the size of the input. Count those that matter."
            ),
            edit("(gradient != 0).sum()", "gradient.sum()", "That adds the derivatives up. How many are not zero?"),
        ),
        hints=("`torch.autograd.grad(one_output, x)` returns a tuple with the derivatives for all of x.",),
        why="LRN reads five maps at one place, batch norm one map at all places of all images, group norm some maps of "
        "one image. In the end it says which normalisation needs two modes: the one that crosses from image to image.",
    ),
    Exercise(
        "lrn-batch-of-one",
        "A batch of one",
        "core",
        3,
        "`nn.BatchNorm2d(8)`, in training mode, gets a batch of one image whose maps are 1×1. What comes out?",
        Choice(("the input", "zeros", "an error", "not a number")),
        right=("an error",),
        slips=(
            instead("zeros", "A number less its own mean is 0, yes. But by what should it be divided?"),
            instead("the input", "In eval mode a fresh layer nearly does that. In training mode it uses the batch."),
            instead("not a number", "0/0 it would be, nearly. PyTorch looks first."),
        ),
        why="`ValueError: Expected more than 1 value per channel when training`. A single number has no spread. LRN "
        "never looks beyond one place of one image, so it does not mind.",
    ),
    Exercise(
        "lrn-same-fit",
        "At the same fit",
        "challenge",
        10,
        "Write the fair question as a function: `mine(train, test, level)` gets the training and the test accuracy of "
        "one run after each epoch, and returns the test accuracy at the point where its training accuracy is `level`, "
        "on the straight line between two epochs. Training accuracy may fall for an epoch: sort by it.",
        Function(
            "[(np.array([0.2, 0.5, 0.7, 0.9]), np.array([0.25, 0.45, 0.55, 0.57]), 0.6), "
            "(np.array([0.3, 0.55, 0.5, 0.8]), np.array([0.3, 0.52, 0.46, 0.6]), 0.52), "
            "(np.array([0.3, 0.55, 0.5, 0.8]), np.array([0.3, 0.52, 0.46, 0.6]), 0.7)]"
        ),
        given="import numpy as np",
        start="def mine(train, test, level):\n    ...",
        right=(
            "def mine(train, test, level):\n"
            "    order = train.argsort()\n"
            "    return np.interp(level, train[order], test[order])",
        ),
        slips=(
            instead(
                "def mine(train, test, level):\n    return np.interp(level, train, test)",
                "`np.interp` wants its second argument to rise, and the second run falls once.",
            ),
            edit(
                "train[order], test[order]",
                "test[order], train[order]",
                "That looks the level up among the *test* accuracies.",
            ),
            instead(
                "def mine(train, test, level):\n    return test[abs(train - level).argmin()]",
                "That is the nearest epoch. Between two epochs the level is passed, and the line has a value there.",
            ),
            instead(
                "def mine(train, test, level):\n    return test[-1]", "That is the end of the run, at another fit."
            ),
        ),
        hints=("`np.interp(x, xs, ys)` draws the line through the points, if xs rises.",),
        why="A closer fit opens the gap between training and test by itself. Read at one level of the fit, LRN keeps "
        "its gain and batch norm a smaller part of its own.",
    ),
)
