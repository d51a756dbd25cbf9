"""Exercises of "Read error rates right"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "alexnet/imagenet"

EXERCISES = (
    Exercise(
        "topk-of-eight",
        "Eight images",
        "warm-up",
        3,
        "The right class has these ranks in eight images: 1, 6, 2, 5, 1, 9, 3, 4. What are the top-1, the top-3 and "
        "the top-5 error, in per cent?",
        Values(("top-1", "top-3", "top-5")),
        right=("[100 * 6 / 8, 100 * 4 / 8, 100 * 2 / 8]",),
        slips=(
            instead("[100 * 2 / 8, 100 * 4 / 8, 100 * 6 / 8]", "Those are accuracies: the shares that are right."),
            instead(
                "[100 * 8 / 8, 100 * 5 / 8, 100 * 3 / 8]",
                "Rank 5 is still among five guesses: an image is missed if its rank is *above* k.",
            ),
            instead("[6 / 8, 4 / 8, 2 / 8]", "Those are shares. The question asks for per cent."),
            instead("[6, 4, 2]", "That is how many images are missed. Divide by all eight, in per cent."),
        ),
        hints=("Which of the eight ranks are above 5?",),
        why="Six ranks are above 1, four above 3 and two above 5: 75, 50 and 25 %. More guesses can only help.",
    ),
    Exercise(
        "topk-by-chance",
        "Guess among 200",
        "warm-up",
        2,
        "A data set has 200 classes. What is the top-5 error, in per cent, of a system that names five different "
        "classes at random?",
        Number("%", within=0.01),
        right=("100 * (1 - 5 / 200)",),
        slips=(
            instead("100 * (1 - 1 / 200)", "That is the top-1 error: a single guess."),
            instead("100 * 5 / 200", "That is how often one of the five is right. The error is the rest."),
            instead("100 * (1 - 1 / 5)", "One in five? The five guesses stand against 200 classes."),
        ),
        why="Five of 200 classes are named, so one image in forty is right by chance: 97.5 % are missed.",
    ),
    Exercise(
        "topk-ties",
        "Ties count against you",
        "core",
        6,
        "A broken network gives every class the same score, and by the lesson's ranks its error is 0 %. Write ranks "
        "that nobody can win by saying nothing: `mine(scores, truth)` gets scores of shape (images, classes) and the "
        "right class of each image, and returns the rank of the right class, every tie counted *against* the network. "
        "The best rank is 1.",
        Function(
            "[(torch.tensor([[3., 1., 2.], [1., 3., 2.], [1., 2., 3.], [2., 2., 1.]]), torch.tensor([0, 0, 1, 1])), "
            "(torch.zeros(2, 5), torch.tensor([0, 4])), "
            "(torch.tensor([[1., 2., 2., 3.]]), torch.tensor([2]))]"
        ),
        given="import torch",
        start="def mine(scores, truth):\n    ...",
        right=(
            "def mine(scores, truth):\n    own = scores.gather(1, truth[:, None])\n    return (scores >= own).sum(1)",
            "def mine(scores, truth):\n"
            "    own = scores[torch.arange(len(scores)), truth]\n"
            "    higher = scores > own[:, None]\n"
            "    equal = scores == own[:, None]\n"
            "    return higher.sum(1) + equal.sum(1)",
        ),
        slips=(
            edit(
                "(scores >= own).sum(1)",
                "(scores > own).sum(1) + 1",
                "That is the lesson's rank: a network that gives every class the same score has rank 1 everywhere.",
            ),
            edit("scores >= own", "scores > own", "The right class has to be counted too, or the best rank is 0."),
            edit(
                "(scores >= own).sum(1)",
                "(scores >= own).sum(1) + 1",
                "Against itself the right class is a tie already; it is counted twice here.",
            ),
            edit(
                "scores >= own",
                "scores <= own",
                "That counts the classes below the right one; a rank counts those above.",
            ),
        ),
        hints=("With `>` you count the classes that score higher. Which sign counts the equal ones as well?",),
        why="With `>=` the right class counts itself, so the rank is at least 1, and every tie makes it worse. A "
        "network that scores all n classes alike has rank n everywhere.",
    ),
    Exercise(
        "row-behind-the-number",
        "The row behind the number",
        "core",
        3,
        "A course page says: “AlexNet has a top-1 accuracy of 63.3 % and a top-5 accuracy of 84.6 %.” Of which row of "
        "the paper's tables is that?",
        Choice(
            (
                "one AlexNet, test images of 2010",
                "one AlexNet, validation images of 2012",
                "an average of five, validation images of 2012",
                "an average of seven, validation images of 2012",
            )
        ),
        right=("an average of seven, validation images of 2012",),
        slips=(
            instead(
                "one AlexNet, test images of 2010",
                "That row has 37.5 and 17.0. Turn the accuracies into errors: what is missing to 100?",
            ),
            instead(
                "one AlexNet, validation images of 2012",
                "That row has 40.7 and 18.2, which are larger errors than these.",
            ),
            instead(
                "an average of five, validation images of 2012",
                "Close: that row has 38.1 and 16.4. Look one further down.",
            ),
        ),
        hints=("An accuracy of 63.3 % is an error of 36.7 %.",),
        why="100 − 63.3 = 36.7 and 100 − 84.6 = 15.4: seven networks, two of them trained on more images first. If two "
        "numbers are quoted together, both must stand in one row; look out for “the network” where there were several.",
    ),
    Exercise(
        "average-five-heads",
        "Five heads",
        "core",
        7,
        "AlexNet's authors average the predictions of several networks (§6). Write it: `mine(logits)` gets the "
        "logits of several networks for the same images, of shape (networks, images, classes), averages the "
        "networks' *probabilities*, and returns the class that the average finds best, for each image.",
        Function(
            "[(torch.tensor([[[4., 0., 0.], [0., 1., 0.]], [[0., 1., 0.], [3., 0., 0.]], [[0., 1., 0.], [0., "
            "1.2, 0.]]]),), (torch.tensor([[[9., 0.], [0., 1.]], [[0., 2.], [0., 1.]], [[0., 2.], [1., "
            "0.]]]),), (torch.tensor([[[12., 8., 0.], [0., 1., 3.]], [[0., 2.2, 2.], [0., 1., 1.]]]),)]"
        ),
        given="import torch",
        start="def mine(logits):\n    ...",
        right=("def mine(logits):\n    return logits.softmax(2).mean(0).argmax(1)",),
        slips=(
            edit(
                "logits.softmax(2)",
                "logits",
                "That averages logits: a network with large ones outvotes the others. Make probabilities of each "
                "first.",
            ),
            edit(
                "softmax(2).mean(0).argmax(1)",
                "argmax(2).mode(0).values",
                "A vote counts each network's best class and forgets how sure it was. The paper averages predictions.",
            ),
            edit(
                "softmax(2)",
                "softmax(0)",
                "That makes the *networks* sum to 1, for each class. Which axis has the classes?",
            ),
        ),
        hints=("Three steps, each along its own axis: softmax over classes, mean over networks, argmax over classes.",),
        same={"return logits.softmax(2).sum(0).argmax(1)": "A sum is largest where the mean is."},
        why="In the lesson an average of five AlexNets made a tenth fewer errors than one (§6). A LeNet that "
        "misreads 70 of 1,000 digits would misread 63; one such count is sure to ±16, so 1,000 digits hardly "
        "show it, unless you count which digits the average repairs and which it spoils.",
    ),
    Exercise(
        "images-for-overlap",
        "What would it take?",
        "core",
        5,
        "Overlapping pooling is credited with 0.3 points of top-5 error, at 18 %. How many test images are "
        "needed before 0.3 points are 1.96 standard errors of a difference, if the two networks are tested "
        "on different images, so many each?",
        Number("images", within=800),
        right=("2 * 18 * 82 * (1.96 / 0.3) ** 2",),
        slips=(
            instead(
                "18 * 82 * (1.96 / 0.3) ** 2", "That is for one rate. Here two are uncertain, so the variances add."
            ),
            instead("2 * 18 * 82 * (1 / 0.3) ** 2", "That makes 0.3 points *one* standard error, not 1.96 of them."),
            instead("2 * 18 * 82 * 1.96 / 0.3", "An interval goes with the root of the number of images: square it."),
            instead("2 * 0.18 * 0.82 * (1.96 / 0.3) ** 2", "Shares and points are mixed: 0.3 points are 0.003."),
        ),
        hints=("The variance of a difference is the sum of both: 2·p(1−p)/n, here with p in per cent: 2·18·82/n.",),
        why="About 126,000 each. The logs of 2012 have 50,000, and the same ones for both networks; on the same images "
        "fewer are enough.",
    ),
    Exercise(
        "same-images",
        "On the same images",
        "challenge",
        12,
        "Two networks are tested on the same n images. b images are missed by the first alone, c by the second "
        "alone. Count an image +1 if only the first misses it, −1 if only the second does, and 0 otherwise. "
        "Write `mine(b, c, n)`: it returns the difference of the error rates, first minus second, and its "
        "standard error, both in points. The standard error is the standard deviation of the n numbers "
        "(divide by n), over √n.",
        Function("[(30, 2, 100), (2, 30, 100), (900, 700, 50_000), (5, 5, 40)]"),
        start="def mine(b, c, n):\n    ...",
        right=(
            "from math import sqrt\n\n"
            "def mine(b, c, n):\n"
            "    mean = (b - c) / n\n"
            "    spread = sqrt((b + c) / n - mean ** 2)\n"
            "    return 100 * mean, 100 * spread / sqrt(n)",
            "import numpy as np\n\n"
            "def mine(b, c, n):\n"
            "    marks = np.array([1] * b + [-1] * c + [0] * (n - b - c))\n"
            "    return 100 * marks.mean(), 100 * marks.std() / n ** 0.5",
        ),
        slips=(
            edit(
                "(b + c) / n - mean ** 2",
                "(b + c) / n",
                "That is the mean of the squares. The variance is that minus the square of the mean.",
            ),
            edit(
                "100 * mean, 100 * spread / sqrt(n)",
                "mean, spread / sqrt(n)",
                "Those are shares; the question asks for points, hundredths.",
            ),
            edit(
                "100 * spread / sqrt(n)",
                "100 * spread",
                "That is the spread of one image. The mean of n is √n times surer.",
            ),
            edit(
                "spread = sqrt((b + c) / n - mean ** 2)",
                "spread = sqrt(b / n * (1 - b / n) + c / n * (1 - c / n))",
                "That adds two variances, as if b and c came from different images. No image is in both, so they "
                "are not independent.",
            ),
        ),
        hints=(
            "The mean of the n numbers is (b − c)/n.",
            "Each number is −1, 0 or 1, so the mean of their squares is (b + c)/n.",
        ),
        why="Images that both networks miss, or neither, say nothing about the difference, and most images are "
        "of that kind. So the same images tell more than as many different ones; which images each run "
        "missed the logs of 2012 do not say.",
    ),
)
