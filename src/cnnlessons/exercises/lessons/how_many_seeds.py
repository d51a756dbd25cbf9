"""Exercises of "Count the seeds an effect needs"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "alexnet/how-many-seeds"

EXERCISES = (
    Exercise(
        "seeds-own-plan",
        "Your own plan",
        "warm-up",
        3,
        "You can afford five seeds of each of two networks, and runs spread by 0.2 points. Which true difference will "
        "a t test see in 80 of 100 experiments?",
        Number("points", within=0.015),
        given="from cnnlessons.intervals import detectable",
        right=("detectable(0.2, 5, pairs=False)",),
        slips=(
            edit("0.2", "0.5", "That is the lesson's effect, for runs that spread by half a point."),
            edit("5, pairs=False", "5", "That is for five *pairs*. What spreads by 0.2 points are single runs."),
            instead("0.2", "A difference as large as the spread of single runs is mostly missed with five."),
            edit("5,", "10,", "Ten runs in all, but five of each network."),
        ),
        hints=("What five seeds show reliably is a fixed multiple of the spread.",),
        why="0.40 points, twice the spread. If you see nothing, write “no effect seen; 0.4 points would have been seen "
        "in 80 of 100 cases”, and not “there is no effect”.",
    ),
    Exercise(
        "seeds-wrong-way",
        "One run of each",
        "core",
        5,
        "The true effect is 0.3 points, and single runs spread by 0.25, half as much as in the lesson's game. Each "
        "network is trained once. In what share of such pairs is the *worse* network ahead, in per cent?",
        Number("%", within=0.195),
        given="from statistics import NormalDist",
        right=("100 * NormalDist().cdf(-0.3 / (0.25 * 2**0.5))",),
        slips=(
            instead(
                "100 * NormalDist().cdf(-0.3 / 0.25)",
                "Both runs are uncertain: a difference spreads more than a single run. By which factor?",
            ),
            edit("0.25", "0.5", "That is the lesson's game, with a spread of half a point."),
            edit("-0.3", "0.3", "That is how often the *better* one is ahead."),
            instead(
                "NormalDist().cdf(-0.3 / (0.25 * 2**0.5))",
                "As a share, right; in per cent it is a hundred times as much.",
            ),
            edit("-0.3 /", "-0.3 *", "How many standard deviations is the effect away from zero? Divide."),
        ),
        hints=("By how much does a difference of two runs spread, if each spreads by 0.25?",),
        why="A difference spreads by 0.25·√2 = 0.35, so the effect is 0.85 standard deviations: the wrong sign comes "
        "up in 20 of 100 pairs, still one in five.",
    ),
    Exercise(
        "seeds-of-alexnet",
        "AlexNet's own spread",
        "core",
        4,
        "The logs of 2012 have ten runs of AlexNet with ten schedules; they spread by 0.31 points. Take that for the "
        "spread of seeds. By the rule of sixteen, how many runs of each network would an effect of 0.2 points need, "
        "half of what the paper reports for overlap?",
        Number("runs", within=1.6),
        right=("16 * (0.31 / 0.2) ** 2",),
        slips=(
            instead("16 * 0.31 / 0.2", "The rule has a square: half the effect takes four times the runs."),
            instead("16 * (0.2 / 0.31) ** 2", "Upside down: a smaller effect must take more runs."),
            edit("16 *", "32 *", "That is for both networks together."),
            edit("/ 0.2", "/ 0.4", "That is for the paper's 0.4 points."),
        ),
        why="About 38 of each. For 0.4 points the rule says ten (the exact test eleven), five to six days each in "
        "2012; one of each was made. Schedules are not seeds, so this is a guess with a basis, no more.",
    ),
    Exercise(
        "seeds-in-pairs",
        "When pairs pay",
        "core",
        5,
        "Runs spread by 0.5 points, and partners that share a seed correlate by $r = 0.75$. By how many points do the "
        "*differences* of partners spread?",
        Number("points", within=0.004),
        right=("(0.5**2 + 0.5**2 - 2 * 0.75 * 0.5**2) ** 0.5",),
        slips=(
            instead(
                "(0.5**2 + 0.5**2) ** 0.5", "That is the spread without correlation. Partners rise and fall together."
            ),
            instead("0.5 * (1 - 0.75) ** 0.5", "Two runs go into a difference, and both vary."),
            instead("0.5**2 + 0.5**2 - 2 * 0.75 * 0.5**2", "That is the variance. A spread is its root."),
            instead("(0.5**2 + 0.5**2 + 2 * 0.75 * 0.5**2) ** 0.5", "That is the spread of their *sum*."),
        ),
        hints=("The variance of a difference is both variances less twice the covariance.",),
        why=r"$\sigma\sqrt{2(1 - r)} = 0.35$ points, half of what two strangers have. With $r = 0.5$ an effect of 0.3 "
        "points takes 24 pairs instead of 45 of each. But whether partners correlate so must be known *before*: "
        "whoever takes the better of two tests afterwards finds too many effects.",
    ),
    Exercise(
        "seeds-slower-learner",
        "A narrower gap",
        "core",
        4,
        "After ten epochs network A has a training loss of 0.5 and a test loss of 0.8, network B 0.2 and 0.9. Where "
        "B's training loss was 0.5, in its fifth epoch, its test loss was 0.8. What do these numbers say of A?",
        Choice(
            (
                "it overfits less",
                "it learns more slowly, and no more is seen",
                "it overfits more",
                "it generalises better and learns faster",
            )
        ),
        right=("it learns more slowly, and no more is seen",),
        slips=(
            instead(
                "it overfits less", "Compare the two at the same training loss. Which of them reads new images better?"
            ),
            instead("it overfits more", "At the same training loss both have the same test loss."),
            instead(
                "it generalises better and learns faster",
                "Which of them reached the training loss of 0.5 first?",
            ),
        ),
        hints=("Draw test loss against training loss, one point an epoch.",),
        why="The gap of A is 0.3 and that of B 0.7, but B is further on. At the same training loss the two are equal: "
        "A comes there later.",
    ),
    Exercise(
        "seeds-wrong-sign",
        "Seen, and wrong",
        "challenge",
        10,
        "Some experiments see an effect and report it with the wrong sign. Write `mine(better, plain)`, which gets the "
        "runs of two networks, arrays of shape (seeds, experiments), and returns which share of the experiments that "
        "*Student's* t test (`stats.ttest_ind` as it stands) calls seen (p below 0.05) has the mean of `better` below "
        "that of `plain`.",
        Function(
            "[(rng(0).normal(10.1, 0.5, (5, 400)), rng(1).normal(10, 0.5, (5, 400))), "
            "(rng(2).normal(10.3, 1, (3, 500)), rng(3).normal(10, 1, (3, 500)))]"
        ),
        given="from scipy import stats\nfrom numpy.random import default_rng as rng",
        start="def mine(better, plain):\n    ...",
        right=(
            "def mine(better, plain):\n"
            "    seen = stats.ttest_ind(better, plain).pvalue < 0.05\n"
            "    wrong = better.mean(0) < plain.mean(0)\n"
            "    return (seen & wrong).sum() / seen.sum()",
        ),
        slips=(
            edit(
                "(better, plain).pvalue",
                "(better, plain, equal_var=False).pvalue",
                "That is Welch's test; here the game's, with equal spreads, is asked.",
            ),
            edit("/ seen.sum()", "/ seen.size", "The share of those that *saw* something, not of all."),
            edit("(seen & wrong).sum() / seen.sum()", "wrong.mean()", "Among all experiments. Take those that saw."),
            edit("pvalue < 0.05", "pvalue > 0.05", "Those are the experiments that saw nothing."),
            edit("better.mean(0) < plain", "better.mean(0) > plain", "That is the right sign."),
        ),
        hints=("`stats.ttest_ind` compares along axis 0 and returns a p value for each experiment.",),
        same={
            "seen = stats.ttest_ind(better, plain).pvalue <= 0.05": "No p value is exactly 0.05.",
            "seen = stats.ttest_ind(plain, better).pvalue < 0.05": "The test has two sides, so the order is all the "
            "same.",
            "wrong = better.mean(0) <= plain.mean(0)": "No two means are exactly equal.",
        },
        why="With an effect of 0.1 points, a spread of 0.5 and five seeds about one in five of those that see "
        "something points the wrong way. The others exaggerate: with 10, 20 and 45 seeds the lesson's 0.3 points "
        "become 0.57, 0.43 and 0.34 among those that see it. An experiment that sees its effect in 80 of 100 cases "
        "hardly does.",
    ),
    Exercise(
        "seeds-at-one-loss",
        "By accuracy",
        "challenge",
        12,
        "Compare the test *accuracy* of both pools at the same training loss: by how many points is 3/2 ahead of 2/2, "
        "as a mean over the seeds, where the training loss is 1.2, 0.9 and 0.6? Sort each run by its training loss "
        "and take the straight line between two epochs. Answer with three numbers.",
        Values(within=0.03),
        given="import numpy as np\n"
        "from cnnlessons.experiments import records\n"
        "\n"
        'found = records.find("E06-overlap")\n'
        'inside = {name: found.curve(name, "train_loss_eval")[:, 1:]\n'
        "          for name in found.variants}  # seeds × epochs\n"
        'right = {name: found.curve(name, "test_accuracy")\n'
        "         for name in found.variants}",
        right=(
            "def at(level, name):\n"
            "    runs = [(x, y, x.argsort())\n"
            "            for x, y in zip(inside[name], right[name])]\n"
            "    return np.mean([np.interp(level, x[i], y[i])\n"
            "                    for x, y, i in runs])\n"
            "\n"
            'mine = [100 * (at(level, "max 3/2") - at(level, "max 2/2"))\n'
            "        for level in (1.2, 0.9, 0.6)]",
        ),
        slips=(
            edit("100 * (at", "1 * (at", "Those are shares; a point is a hundredth."),
            edit(
                'at(level, "max 3/2") - at(level, "max 2/2")',
                'at(level, "max 2/2") - at(level, "max 3/2")',
                "That is the lead of 2/2.",
            ),
            edit(
                'at(level, "max 3/2") - at(level, "max 2/2")',
                'right["max 3/2"][:, -1].mean() - right["max 2/2"][:, -1].mean()',
                "That is at the end of the runs, where the training losses differ.",
            ),
        ),
        hints=("The lesson has such a function for the test loss; what has to be exchanged?",),
        same={
            "mine = [99 * (at(level, 'max 3/2') - at(level, 'max 2/2')) "
            "for level in (1.2, 0.9, 0.6)]": "A hundredth more or less is not seen at one decimal place.",
            "mine = [101 * (at(level, 'max 3/2') - at(level, 'max 2/2')) "
            "for level in (1.2, 0.9, 0.6)]": "A hundredth more or less is not seen at one decimal place.",
        },
        why="3/2 is ahead by 0.6, 1.3 and 2.2 points, sooner than by the loss. A loss is dominated by answers that are "
        "wrong and certain; an accuracy counts each image once.",
    ),
)
