"""Exercises of "Measure what dropout does"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/dropout-measured"

EXERCISES = (
    Exercise(
        "luck-of-two",
        "The luck of two",
        "warm-up",
        4,
        "Two networks are tested, each on 5,000 images of its own; one misreads 900, the other 1,100. By how many "
        "errors does such a difference vary by the luck of which images were drawn (one standard deviation)?",
        Number("errors", within=0.3),
        right=(
            "from math import sqrt\nmine = sqrt(5000 * (0.18 * 0.82 + 0.22 * 0.78))",
            "from math import sqrt\nmine = sqrt(sum(e * (1 - e / 5000) for e in (900, 1100)))",
        ),
        slips=(
            instead(
                "from math import sqrt\nmine = sqrt(900 + 1100)",
                "That would be right if errors were rare. The variance is n·p·(1 − p).",
            ),
            instead(
                "from math import sqrt\nmine = sqrt(5000 * 0.2 * 0.8)",
                "That is the luck of one network. Both have luck of their own.",
            ),
            instead("1100 - 900", "That is the difference itself, not how much it varies."),
            instead(
                "5000 * (0.18 * 0.82 + 0.22 * 0.78)", "That is the variance. A standard deviation is its square root."
            ),
        ),
        hints=("Variances of independent numbers add up.",),
        same={
            "mine = sqrt(4999 * (0.18 * 0.82 + 0.22 * 0.78))": "One image less changes nothing that could be seen.",
            "mine = sqrt(5001 * (0.18 * 0.82 + 0.22 * 0.78))": "One image more changes nothing that could be seen.",
        },
        why="The variance of each is n·p·(1 − p): 738 and 858, together 1,596, whose square root is 40. The difference "
        "of 200 is five of these.",
    ),
    Exercise(
        "enough-digits",
        "Enough digits",
        "core",
        6,
        "Two networks read 98.26 % and 98.41 % of all digits there are. How many test digits (for each its own) show "
        "this true difference at the level of 5 % in 80 of 100 cases? Take 1.96 and 0.84 standard deviations.",
        Number("digits"),
        right=(
            "p, q = 0.9826, 0.9841\n"
            "variance = p * (1 - p) + q * (1 - q)\n"
            "mine = (1.96 + 0.84) ** 2 * variance / (q - p) ** 2",
        ),
        slips=(
            edit("(1.96 + 0.84) ** 2", "1.96**2", "With so many the difference would be seen in half of the cases."),
            edit("p * (1 - p) + q * (1 - q)", "p * (1 - p)", "Both networks have luck of their own."),
            edit(
                "(1.96 + 0.84) ** 2 * variance / (q - p) ** 2",
                "(1.96 + 0.84) * variance**0.5 / (q - p)",
                "That is the square root of the number of digits.",
            ),
            instead("(1.96 + 0.84) ** 2 * (0.9826 * 0.0174 + 0.9841 * 0.0159) / 0.15**2", "0.15 points are 0.0015."),
        ),
        hints=(
            "With n digits the difference has a standard deviation of √(variance / n).",
            "The true difference has to be 1.96 + 0.84 of these.",
        ),
        same={"p, q = (0.9841, 0.9826)": "Which of the two is better does not matter."},
        why="About 114,000, eleven test sets. For half of the difference it takes four times as many.",
    ),
    Exercise(
        "same-digits",
        "The same digits",
        "challenge",
        12,
        "Both networks read the *same* digits, so only those count on which they disagree. Write `mine(d, won)`: they "
        "disagree on `d` digits, of which one network reads `won`. If for each of the `d` a fair coin decides, how "
        "probable is a split at least as uneven, to whichever side? A probability is at most 1.",
        Function("[(10, 8), (51, 33), (53, 34), (20, 10), (7, 0), (9, 9)]"),
        given="from math import comb",
        start="def mine(d, won):\n    ...",
        right=(
            "def mine(d, won):\n"
            "    far = max(won, d - won)\n"
            "    tail = sum(comb(d, k) for k in range(far, d + 1)) / 2**d\n"
            "    return min(1, 2 * tail)",
        ),
        slips=(
            edit("2 * tail", "tail", "To whichever side: the other network could have won as clearly."),
            edit("range(far, d + 1)", "range(far, d)", "The most uneven split of all is left out."),
            edit("range(far, d + 1)", "range(far + 1, d + 1)", "At least as uneven: the split itself belongs to it."),
            edit("max(won, d - won)", "won", "If fewer than half are won, the other side is the uneven one."),
            edit("min(1, 2 * tail)", "2 * tail", "An even split is counted from both sides: a probability ends at 1."),
        ),
        hints=("`comb(d, k)` of the 2ᵈ ways to fall have k wins.",),
        same={
            "return min(2 * tail, 1)": "The smaller of two, in either order.",
            "far = max(d - won, won)": "The larger of two, in either order.",
            "tail = sum((comb(d, k) for k in range(far, d + 2))) / 2 ** d": "There are no ways to win more than all.",
        },
        why="A split by 15 is significant at 5 % up to 51 disagreements (33 to 18). With 174 and 159 errors the two "
        "networks would have to fail on almost the same digits, sharing some 141 of them; the notebook does not say "
        "whether they did.",
    ),
    Exercise(
        "measure-both-modes",
        "One loss, two instruments",
        "core",
        6,
        "Write `mine(net, x, y)`: the cross-entropy of a network's scores for `x` with the labels `y`, first as it is "
        "measured while training, then in evaluation mode, on the same images.",
        Function(
            "[(nn.Sequential(nn.Linear(4, 20), nn.ReLU(), nn.Dropout(0.5), nn.Linear(20, 3)).eval(),"
            " torch.rand(6, 4), torch.tensor([0, 1, 2, 0, 1, 2])),"
            " (nn.Linear(4, 3), torch.rand(2, 4), torch.tensor([1, 2]))]"
        ),
        given="import torch\nimport torch.nn.functional as F\nfrom torch import nn",
        start="def mine(net, x, y):\n    ...",
        right=(
            "def mine(net, x, y):\n"
            "    losses = []\n"
            "    for training in (True, False):\n"
            "        net.train(training)\n"
            "        losses.append(F.cross_entropy(net(x), y).item())\n"
            "    return losses",
        ),
        slips=(
            edit("(True, False)", "(False, True)", "While training first, then in evaluation mode."),
            edit("        net.train(training)\n", "", "The mode is never set: it is as you found it, both times."),
            edit("net(x), y)", "net(x).softmax(1), y)", "Softmax twice: `cross_entropy` wants scores."),
            edit("net(x), y)", "net(x), y, reduction='sum')", "The loss is a mean over the images, not their sum."),
        ),
        hints=("`net.train(True)` and `net.train(False)` set the mode.",),
        why="With dropout the two differ although weights and images are the same. Compare training losses of two "
        "networks in evaluation mode only.",
    ),
    Exercise(
        "without-the-instrument",
        "Without the instrument",
        "core",
        5,
        "Published: a training loss of 0.0735 with dropout and of 0.0155 without. In our record (dropout, the same raw "
        "pixels) the loss is 0.0706 while training and 0.0385 in evaluation mode. If the instrument does as much in "
        "the published run, how many times as high is its loss with dropout in evaluation mode?",
        Number("times", within=0.03),
        right=("0.0735 * (0.0385 / 0.0706) / 0.0155",),
        slips=(
            instead("0.0735 / 0.0155", "That still compares a thinned network with a whole one."),
            instead("0.0706 / 0.0385", "That is what the instrument does, not what is left without it."),
            instead("0.0735 * (0.0706 / 0.0385) / 0.0155", "In evaluation mode the loss is lower, not higher."),
            instead("0.0385 / 0.0155", "Our network and the published one: two different runs. Use the ratio of ours."),
        ),
        hints=("By what factor does the loss fall in our record, from one mode to the other?",),
        why="The published factor is 4.7. The instrument alone may account for 1.8, which leaves 2.6.",
    ),
    Exercise(
        "too-much-dropout",
        "Too much of a good thing",
        "core",
        5,
        "500 digits, 40 % of them with a wrong label, 25 epochs, as in the lesson. Dropout of 0.2, 0.5 and 0.8: in "
        "which order do the networks read new digits, the best first?",
        Choice(("0.5, 0.2, 0.8", "0.8, 0.5, 0.2", "0.2, 0.5, 0.8", "0.5, 0.8, 0.2")),
        right=("0.5, 0.2, 0.8",),
        slips=(
            instead(
                "0.8, 0.5, 0.2", "What is left to learn with, if four of five units are missing in each of two layers?"
            ),
            instead("0.2, 0.5, 0.8", "A little dropout does not keep wrong labels out for 25 epochs."),
            instead(
                "0.5, 0.8, 0.2", "One of the two extremes learns nonsense, the other next to nothing. Which is worse?"
            ),
        ),
        hints=("Too little lets the wrong labels in. What does too much do?",),
        why="0.2 is too little to keep the wrong labels out; 0.8 leaves so few units that 25 epochs teach it next to "
        "nothing.",
    ),
    Exercise(
        "out-of-the-trap",
        "Out of the trap",
        "challenge",
        5,
        "A LeNet with pixels of 0 to 255 got stuck: it is certain of one class each time, and its shares are clipped "
        "to between 1e-7 and 1 − 1e-7 in the loss. Of 2,000 digits, how many still give a gradient, as it is and with "
        "dropout switched on?",
        Choice(("none and a handful", "a handful and none", "none and all", "all and a handful")),
        right=("none and a handful",),
        slips=(
            instead("a handful and none", "What could dropout take away from a network that is certain of everything?"),
            instead("none and all", "A mask rarely hits just those units that make it so certain."),
            instead("all and a handful", "A share at the clip has a gradient of exactly 0. Where are all its shares?"),
        ),
        hints=("Beyond the clip the loss is flat.",),
        why="None without, a handful with: now and then a mask removes the units that make the network so certain. "
        "Without dropout nothing will ever change.",
    ),
)
