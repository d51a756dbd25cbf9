"""Exercises of "Leave one ingredient out"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Meets, Number, Values

LESSON = "alexnet/leave-one-out"

EXERCISES = (
    Exercise(
        "ablate-own-run",
        "Your own run",
        "warm-up",
        3,
        "You fine-tune for 3,000 steps at a constant rate of 0.001, with momentum 0.9 and a weight decay of 0.0001. "
        "How many per cent does decay take of a weight that gets no gradient?",
        Number("%", within=0.002),
        given="from math import exp",
        right=("100 * (1 - exp(-0.0001 * 0.001 * 3000 / (1 - 0.9)))",),
        slips=(
            edit(" / (1 - 0.9)", "", "Momentum makes each pull ten times as long."),
            edit("0.0001 * 0.001 *", "0.0001 *", "The decay is multiplied by the learning rate."),
            instead(
                "1 - exp(-0.0001 * 0.001 * 3000 / (1 - 0.9))", "That is the share. The question asks for per cent."
            ),
            instead("100 * exp(-0.0001 * 0.001 * 3000 / (1 - 0.9))", "That is how much is left."),
        ),
        same={
            "mine = 100 * (1 - exp(-0.0001 * 0.001 * 3001 / (1 - 0.9)))": "One step more of 3,000 is not to be seen.",
        },
        why="0.3 %. Values of the decay up to a hundred times as large are still small; spend the runs on something "
        "else.",
    ),
    Exercise(
        "ablate-reach",
        "The reach of a run",
        "core",
        4,
        "A run of 1,000 steps has a rate of 0.02 for 600 steps and a tenth of it for the rest, with momentum 0.8. How "
        "far does a weight go at most, if its gradient is 1 in every step? Count the momentum in full from the first "
        "step.",
        Number(within=0.005),
        right=("(600 * 0.02 + 400 * 0.002) / (1 - 0.8)",),
        slips=(
            instead("600 * 0.02 + 400 * 0.002", "Momentum makes the steps longer in the end."),
            instead("1000 * 0.02 / (1 - 0.8)", "The rate is lower in the last 400 steps."),
            instead("(400 * 0.02 + 600 * 0.002) / (1 - 0.8)", "The high rate comes first, and for longer."),
            edit("(1 - 0.8)", "0.8", "Steps grow to 1/(1 − momentum) times the rate."),
        ),
        why="The sum of the rates is 12.8, and steps are five times as long: 64. The last 400 steps add only 4 of it.",
    ),
    Exercise(
        "ablate-more-seeds",
        "More seeds",
        "core",
        8,
        "Write `mine(spread, effect, questions)`: how many seeds of each variant show a difference of `effect` points "
        "in 80 of 100 cases, if runs spread by `spread` and `questions` differences are asked for in one table, each "
        "at a level of 0.05 / `questions`? Two seeds are the least.",
        Function("[(1.4, 2.2, 6), (1.4, 2.2, 1), (0.2, 5.0, 2)]"),
        given="from itertools import count\nfrom cnnlessons.intervals import detectable",
        start="def mine(spread, effect, questions):\n    ...",
        right=(
            "def mine(spread, effect, questions):\n"
            "    level = 0.05 / questions\n"
            "    for n in count(2):\n"
            "        if detectable(spread, n, pairs=False, alpha=level) <= effect:\n"
            "            return n",
        ),
        slips=(
            edit(
                "0.05 / questions",
                "0.05",
                "Each question of a table must be answered with more certainty than one alone.",
            ),
            edit(", pairs=False", "", "That is for pairs. Variants of a recipe are compared as two groups."),
            edit(
                "return n",
                "return (questions + 1) * n",
                "That is how many trainings there are. Count the seeds of each.",
            ),
            edit("return n", "return n - 1", "With one seed fewer the effect would not be seen often enough."),
        ),
        hints=("Begin with two seeds, and add one while the effect that can be seen is still too large.",),
        same={
            "if detectable(spread, n, pairs=False, alpha=level) < effect:": "No effect is met to the last digit.",
        },
        why="Twelve seeds for the biases of 1, which made 2.2 points in a table of six, with a spread of 1.4. A new "
        "experiment with these two variants alone needs eight: it is cheaper to ask one question.",
    ),
    Exercise(
        "ablate-plan",
        "Plan an ablation",
        "challenge",
        12,
        "You can afford 80 trainings, and runs of your network spread by 1.2 points. Plan a table: the recipe, and at "
        "least three variants with one thing left out, all with as many seeds, such that a difference of 2 points "
        "would be seen in 80 of 100 cases at a level of 0.05 divided by the number of variants. Answer with "
        "(variants, seeds).",
        Meets(
            {
                "variants": "int(mine[0]) if int(mine[0]) == mine[0] > 0 else 0",
                "seeds": "int(mine[1]) if int(mine[1]) == mine[1] > 1 else 0",
                "trainings": "(variants + 1) * seeds",
                "effect": "round(detectable(1.2, seeds, pairs=False, alpha=0.05 / variants), 2) if variants * seeds "
                "else 99",
            },
            {
                "variants > 0 and seeds > 0": "Two whole numbers are wanted, and at least two seeds.",
                "variants >= 3": "At least three variants are wanted, and here there are {variants}.",
                "trainings <= 80": "That takes {trainings} trainings, with those of the recipe itself.",
                "effect <= 2": "With {seeds} seeds and {variants} questions an effect of {effect} points would be "
                "seen.",
            },
        ),
        given="from cnnlessons.intervals import detectable",
        right=("(4, 10 + 1)", "(3, 10)", "(6, 11)"),
        slips=(
            edit("10 + 1", "20", "The recipe itself is trained from as many seeds. Count (variants + 1) times seeds."),
            edit("10 + 1", "5", "Five seeds show about twice the spread, for one question. Here there are several."),
            edit("(4, 10 + 1)", "(1, 40)", "One variant answers one question; three are asked for."),
        ),
        hints=(
            "`detectable(1.2, seeds, pairs=False, alpha=0.05 / variants)` says what would be seen.",
            "How many seeds do three questions need?",
        ),
        same={
            "mine = (5, 10 + 1)": "Five variants can be afforded as well.",
            "mine = (3, 10 + 1)": "Three variants are enough.",
            "mine = (4, 11 + 1)": "One seed more can be afforded.",
            "mine = (4, 10 + 2)": "One seed more can be afforded.",
            "mine = (4, 9 + 1)": "Ten seeds are just enough for four questions.",
            "mine = (4, 10 + 0)": "Ten seeds are just enough for four questions.",
            "mine = (4, 10)": "Ten seeds are just enough for four questions.",
        },
        why="Three questions need 10 seeds, four as many, and six need 11: 77 trainings for six variants. Five seeds "
        "would have shown three points or more. Whoever cannot afford the seeds asks fewer questions.",
    ),
    Exercise(
        "ablate-too-early",
        "Reading too early",
        "core",
        8,
        "What would the table have said after epoch 6 of 12? For each of the six variants, in the order of the "
        "record: its mean test accuracy over the seeds after epoch 6, less that of the paper's recipe, in points.",
        Values(within=0.02),
        given="from cnnlessons.experiments import records\n"
        "\n"
        'found = records.find("E11-recipe")\n'
        "recipe, *left_out = found.variants",
        right=(
            "def after(name, epoch):\n"
            '    curves = found.curve(name, "test_accuracy")  # seeds × epochs\n'
            "    return 100 * curves[:, epoch - 1].mean()\n"
            "\n"
            "mine = [after(name, 6) - after(recipe, 6) for name in left_out]",
        ),
        slips=(
            edit("epoch - 1", "epoch", "The columns are counted from 0, the epochs from 1."),
            edit("curves[:, epoch - 1]", "curves[:, -1]", "That is at the end of the runs."),
            edit(
                "after(name, 6) - after(recipe, 6)",
                "after(recipe, 6) - after(name, 6)",
                "A variant that reads fewer images is behind, so its difference is negative.",
            ),
            edit("100 * curves", "curves", "A point is a hundredth."),
        ),
        hints=('`found.curve(name, "test_accuracy")` has a row for each seed and a column for each epoch.',),
        why="Without momentum at a rate of 0.1 it reads 21 %, 14 points behind the paper's recipe, while the noise of "
        "its long steps is still in it. In the end it is 4 points behind. That verdict would have been the most "
        "misleading.",
    ),
    Exercise(
        "ablate-two-at-a-time",
        "Two at a time",
        "core",
        4,
        "Leaving out one by one finds what is missed, and not what replaces what. Three ingredients may each stand in "
        "for the others. How many variants must be trained, the full recipe included, to see every combination?",
        Number("variants"),
        right=("2**3",),
        slips=(
            instead("3 + 1", "That is one by one: two that replace each other would both look useless."),
            instead("3 * 2", "Each ingredient is there or not, whatever the others are."),
            instead("2**3 - 1", "The one without any of them belongs to the table too."),
        ),
        hints=("With two ingredients: both, either, neither.",),
        why="Eight: each ingredient is there or not. Weight decay and dropout in a long training are such a pair, "
        "since both work against overfitting: leaving out one may show nothing, while leaving out both does harm. "
        "Momentum and a larger rate are another pair, and there the record has three of the four.",
    ),
    Exercise(
        "ablate-what-it-says",
        "What an ablation says",
        "warm-up",
        3,
        "A small network trained for 948 steps is better without dropout, by eleven points. What may be said?",
        Choice(
            (
                "in so short a run it slowed learning more than it helped",
                "dropout harms convolutional networks",
                "AlexNet would have been better without dropout",
                "this network cannot overfit",
            )
        ),
        right=("in so short a run it slowed learning more than it helped",),
        slips=(
            instead("dropout harms convolutional networks", "One network, one length of training, one data set."),
            instead(
                "AlexNet would have been better without dropout",
                "AlexNet had 900 times as many steps, and by its paper substantial overfitting.",
            ),
            instead("this network cannot overfit", "Without dropout its gap is nine points wide."),
        ),
        why="At the same fit both read about as many test images: as far as the run with dropout comes, there is "
        "nothing to protect it from, and it comes less far. A long training may need what a short one cannot afford.",
    ),
)
