"""Exercises of "Scale the pixels, choose the step"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/pixels-and-steps"

EXERCISES = (
    Exercise(
        "steps-no-softmax",
        "Without the softmax",
        "warm-up",
        4,
        "The lesson's first network, with ReLUs, loses its softmax and is trained on raw pixels with PyTorch's "
        "cross-entropy on scores, which clips nothing. In the first steps its loss is gigantic; then it comes to rest "
        "at "
        "2.30, for ever. What has happened?",
        Choice(
            (
                "its ReLUs are dead, and all digits get the same scores",
                "it is certain, wrong and cut off",
                "it has learned what it can",
                "its weights are no numbers any more",
            )
        ),
        right=("its ReLUs are dead, and all digits get the same scores",),
        slips=(
            instead(
                "it is certain, wrong and cut off", "Then it would pay much more than a guess, and nothing is clipped."
            ),
            instead(
                "it has learned what it can", "2.30 is ln 10. What does a network pay that gives all classes the same?"
            ),
            instead("its weights are no numbers any more", "Then its loss would be no number, either."),
        ),
        hints=("Which network pays exactly ln 10?",),
        why="The first steps are gigantic, and they have pushed the sums of the ReLUs below zero for every digit. All "
        "digits then get the same scores, and the network guesses. Another loss, and the same missing division.",
    ),
    Exercise(
        "steps-share",
        "Read the loss",
        "warm-up",
        3,
        "A classifier in Keras, with a softmax and cross-entropy on probabilities, stays at a loss of 12.09. Each of "
        "its "
        "answers is certain, and what is below 10⁻⁷ is raised to 10⁻⁷. What share of its answers is wrong, in per "
        "cent?",
        Number("%", within=0.3),
        given="import math",
        right=("100 * 12.09 / -math.log(1e-7)",),
        slips=(
            instead("100 * (1 - 12.09 / -math.log(1e-7))", "That is the share of right answers, which cost nothing."),
            instead("100 * 12.09 / -math.log10(1e-7)", "More than all of them? The loss takes the natural logarithm."),
            instead("12.09 / -math.log(1e-7)", "That is the share itself. The answer is asked in per cent."),
            instead("100 * (1 - math.exp(-12.09))", "That is one answer whose loss is 12.09. Here it is a mean."),
        ),
        hints=("What does one wrong answer cost, and what a right one?",),
        why="A wrong one costs 16.12, a right one nothing: 12.09 is three quarters of it. Four classes, and one answer "
        "for all images.",
    ),
    Exercise(
        "steps-slope-times-pixel",
        "Slope times pixel",
        "core",
        6,
        "The gradient of a weight is what comes back, times the slope of tanh, times the pixel. A kernel of tiny "
        "weights, "
        "0.001 each, lies on a window with four pixels of full ink and else paper (0). The same gradient comes back "
        "from "
        "above. How many times as large is the gradient of a weight on ink if ink is 255 as if ink is 1?",
        Number("times", within=0.2),
        given="import math",
        right=("255 * (1 - math.tanh(1.02) ** 2) / (1 - math.tanh(0.004) ** 2)",),
        slips=(
            instead("255", "That is the pixel. With sums 255 times as large the slope is smaller, too."),
            instead("1 - math.tanh(1.02) ** 2", "That is the slope. The pixel is a factor as well."),
            instead("255 * (1 - math.tanh(1.02))", "The slope of tanh is 1 minus the *square* of its value."),
            instead("255 * (1 - math.tanh(0.255) ** 2)", "Four pixels have ink: the sum is 4 · 255 · 0.001."),
        ),
        hints=("The sums are 4·255·0.001 and 4·0.001.", "The slope of tanh at a is 1 − tanh²(a)."),
        same={
            "mine = 255 * (1 - math.tanh(1.02) ** 2) / (1 - math.tanh(0.004) ** 3)": "At 0.004 the slope is 1.",
            "mine = 255 * (1 - math.tanh(1.02) ** 2)": "At 0.004 the slope is 1 to five digits.",
            "mine = 255 * (1 - math.tanh(1.02) ** 2) * (1 - math.tanh(0.004) ** 2)": "At 0.004 the slope is 1.",
            "mine = 255 * (1 - math.tanh(1.02) ** 2) / (1 + math.tanh(0.004) ** 2)": "At 0.004 the slope is 1.",
        },
        why="The slope falls to 0.41 and the pixel grows 255 times, so the gradient is about a hundred times as large. "
        "The two pull in opposite directions: one has to measure.",
    ),
    Exercise(
        "steps-normalise",
        "Normalise",
        "core",
        5,
        "Write `mine(x, train)`: it returns the images `x` as floats, normalised so that the *training* images `train` "
        "have a mean of 0 and a standard deviation of 1. Both are tensors of whole numbers from 0 to 255; one mean and "
        "one standard deviation serve all pixels.",
        Function(
            "[(torch.arange(18).view(2, 1, 3, 3), 5 * torch.arange(45).view(5, 1, 3, 3)),"
            " (torch.tensor([[0, 128, 255]]), torch.tensor([[10, 20], [60, 250]]))]",
            within=1e-3,
        ),
        given="import torch",
        start="def mine(x, train):\n    ...",
        right=(
            "def mine(x, train):\n    train = train.float()\n    return (x - train.mean()) / train.std()",
            "def mine(x, train):\n    x, train = x / 255, train / 255\n    return (x - train.mean()) / train.std()",
        ),
        slips=(
            edit(
                "(x - train.mean()) / train.std()",
                "(x.float() - x.float().mean()) / x.float().std()",
                "Those are mean and deviation of `x` itself. Test images take the training images' two numbers.",
            ),
            edit("x - train.mean()", "x / 255 - train.mean()", "The images are divided by 255, the mean is not."),
            edit(" / train.std()", "", "The mean is 0 now. The standard deviation is still that of the pixels."),
            edit("train.std()", "train.var()", "That is the variance. Divide by its root."),
            edit("train.mean()", "train.mean(0)", "That is a mean for each pixel. One number for all is asked."),
        ),
        why="Whether one divides by 255 first makes no difference here: mean and deviation shrink with the pixels. "
        "MNIST's 0.1307 and 0.3081 are these two numbers for pixels from 0 to 1; the lesson's 4,000 digits give nearly "
        "the same.",
    ),
    Exercise(
        "steps-grid",
        "Inside the grid",
        "core",
        8,
        "Write `mine(steps, errors)`: `steps` is a list of step sizes in any order, `errors` an array of steps × "
        "seeds, "
        "measured on held-back images. Return two things: the step with the lowest *mean* error, and whether it lies "
        "inside the grid (a smaller and a larger step were tried).",
        Function(
            "[([0.1, 0.01, 1.0], np.array([[5.0, 6.0, 7.0], [3.0, 9.0, 9.0], [8.0, 8.0, 8.0]])),"
            " ([0.3, 0.1, 0.03], np.array([[2.0, 2.5], [4.0, 4.0], [9.0, 8.0]])),"
            " ([0.3, 1.0, 0.03, 0.1], np.array([[4.0, 4.0], [9.0, 9.0], [1.0, 2.0], [3.0, 3.0]]))]"
        ),
        given="import numpy as np",
        start="def mine(steps, errors):\n    ...",
        right=(
            "def mine(steps, errors):\n"
            "    best = steps[errors.mean(axis=1).argmin()]\n"
            "    return best, min(steps) < best < max(steps)",
        ),
        slips=(
            edit("mean(axis=1)", "min(axis=1)", "That takes each step's luckiest seed. The mean over seeds is asked."),
            edit(
                "min(steps) < best < max(steps)",
                "steps[0] != best != steps[-1]",
                "The steps come in any order; the edges are the smallest and the largest, not the first and the last.",
            ),
            edit("mean(axis=1).argmin()", "mean(axis=1).argmax()", "That is the step with the highest error."),
            edit("min(steps) < best < max(steps)", "min(steps) < best", "The largest step is an edge, too."),
        ),
        same={
            "best = steps[errors.sum(axis=1).argmin()]": "All steps have as many seeds, so sums and means agree.",
        },
        why="A best step at the edge of its grid is no best: try further. And the luckiest of many is flattered by its "
        "luck, which is why one reads the test set once, after the choice.",
    ),
    Exercise(
        "steps-diagnose",
        "Diagnose a run",
        "challenge",
        12,
        "Write a doctor for losses. `mine(losses, classes)` gets the losses of the epochs so far, and the number of "
        'classes; a guess costs its natural logarithm. Return the first that holds: `"no number"`, if a loss is '
        'infinite or nan; `"stuck"`, if the last loss is more than twice a guess and differs from the one before by '
        'less than a hundredth of itself; `"too large a step"`, if any loss is more than twice a guess; `"guessing"`, '
        'if all lie within 0.05 of a guess; else `"learning"`.',
        Function(
            "[([14.47, 14.51, 14.51], 10), ([2.3, 2.31, 2.3], 10), ([2.0, 41.0, 38.2], 10), ([2.31, math.nan], 10),"
            " ([1.6, 0.4, 0.2], 10), ([2.31, 9.0, 2.3], 10), ([4.6, 4.61], 100), ([3.9, 3.9, 3.9], 10),"
            " ([9.0, 0.4], 10), ([2.4, 2.4], 10), ([5.0, 5.0], 10), ([2.3, 1.9], 10), ([60.0, 62.0], 10),"
            " ([4.4, 4.41], 10), ([9.9005, 10.0], 10), ([4.5, 1.0], 10), ([math.inf, 2.3], 10), ([14.51, 14.5, 0.3, "
            "0.3], 10), ([2.3, 2.1, "
            "2.3], 10)]"
        ),
        given="import math",
        start="def mine(losses, classes):\n    ...",
        right=(
            "def mine(losses, classes):\n"
            "    guess = math.log(classes)\n"
            "    if not all(math.isfinite(loss) for loss in losses):\n"
            '        return "no number"\n'
            "    before, last = losses[-2:]\n"
            "    if last > 2 * guess and abs(last - before) < last / 100:\n"
            '        return "stuck"\n'
            "    if max(losses) > 2 * guess:\n"
            '        return "too large a step"\n'
            "    if all(abs(loss - guess) < 0.05 for loss in losses):\n"
            '        return "guessing"\n'
            '    return "learning"',
        ),
        slips=(
            edit("math.log(classes)", "2.3", "A guess costs ln of the number of classes; 2.3 is for ten of them."),
            edit(
                "if all(abs(loss - guess)",
                "if any(abs(loss - guess)",
                "Many runs begin at a guess. All losses have to stay there.",
            ),
            edit(
                "last > 2 * guess and abs",
                "abs",
                "A run that has learned and stands still, far below a guess, is not stuck.",
            ),
            edit("max(losses)", "losses[-1]", "A run that was thrown far away once counts, even if it came back."),
        ),
        hints=("`losses[-2:]` has the last two.", "Test for nan first: comparisons with it are always false."),
        same={
            "if all((abs(loss - guess) <= 0.05 for loss in losses)):": "No loss lies exactly on the border.",
            "if last > 2 * guess and abs(before - last) < last / 100:": "A distance has no sign.",
            "if last > 2 * guess and abs(last - before) <= last / 100:": "No difference lies exactly on the border.",
            "if max(losses) >= 2 * guess:": "No loss lies exactly on the border.",
        },
        why="The size of a loss tells most troubles: at a guess the step is too small, units are dead or labels are "
        "wrong; "
        "a large constant is stuck; far above and jumping is too large a step; nan is that without a ceiling.",
    ),
)
