"""Exercises of "Change the light, then ask ten times"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "alexnet/colours-and-ten-views"

EXERCISES = (
    Exercise(
        "light-first-share",
        "ImageNet's light",
        "warm-up",
        3,
        "Programs hand on three eigenvalues of ImageNet's pixels: 0.2175, 0.0188 and 0.0045. Which share of the "
        "variance lies along the first direction, in per cent?",
        Number("%", within=0.5),
        right=("100 * 0.2175 / (0.2175 + 0.0188 + 0.0045)",),
        slips=(
            instead(
                "100 * 0.2175**0.5 / (0.2175**0.5 + 0.0188**0.5 + 0.0045**0.5)",
                "Eigenvalues are variances already: those are shares of their roots.",
            ),
            instead("0.2175 / (0.2175 + 0.0188 + 0.0045)", "That is the share itself. The question asks for per cent."),
            instead("100 * 0.0188 / (0.2175 + 0.0188 + 0.0045)", "That is the second direction, cool against warm."),
            instead("21.75", "The three do not add up to 1. Which share of their sum is the first?"),
        ),
        why="90 %, two points more than the lesson's two photos: dark against bright is nearly all.",
    ),
    Exercise(
        "light-spread",
        "A spread with a unit",
        "core",
        5,
        "The eigenvalues 0.2175, 0.0188 and 0.0045 add up to the sum of the variances of red, green and blue. How "
        "large is the root of the *mean* variance of a colour? It tells whether pixels went from 0 to 1 or from 0 to "
        "255.",
        Number(within=0.005),
        right=("((0.2175 + 0.0188 + 0.0045) / 3) ** 0.5",),
        slips=(
            instead("(0.2175 + 0.0188 + 0.0045) ** 0.5", "That is the root of the sum. There are three colours."),
            instead("(0.2175 + 0.0188 + 0.0045) / 3", "That is a variance, with the square of the unit."),
            instead(
                "(0.2175**0.5 + 0.0188**0.5 + 0.0045**0.5) / 3",
                "Variances can be averaged, their roots cannot.",
            ),
        ),
        same={
            "mine = ((0.2175 + 0.0188) / 3) ** 0.5": "The smallest eigenvalue is not seen at two digits.",
        },
        why="0.28, a quarter of the range if pixels go from 0 to 1, as they do. From 0 to 255 the eigenvalues would be "
        "65,025 times as large.",
    ),
    Exercise(
        "light-slip-in-the-unit",
        "A slip in the unit",
        "core",
        5,
        "Along the first direction the pixels of a photo have a variance of 0.22, if they go from 0 to 1. Somebody "
        "takes "
        r"pixels from 0 to 255 all along and adds $\alpha\lambda$ to them, as the paper's formula says, with $\alpha$ "
        r"= "
        r"0.1 and the eigenvalue $\lambda$ of *these* pixels. How far along the first direction does the photo move, "
        "in levels of 0 to 255?",
        Number("levels", within=1),
        right=("0.1 * 0.22 * 255**2",),
        slips=(
            instead("0.1 * 0.22 * 255", "A variance carries the square of the unit."),
            instead("0.1 * 0.22", "That is λ for pixels from 0 to 1."),
            instead(
                "0.1 * 0.22**0.5 * 255", "That is the program's way, with the standard deviation: a sensible light."
            ),
        ),
        hints=("How many times larger is the variance of numbers that are 255 times as large?",),
        why="By more than a thousand levels of 255: every photo comes out black or white. With standard deviations, "
        "the program's way, the unit would not matter.",
    ),
    Exercise(
        "light-change",
        "Change the light",
        "core",
        7,
        "Write the program's change of light: `mine(image, alpha, values, vectors)` adds to every pixel of an image "
        "(3, H, W) the same three numbers, the sum of the three directions (columns of `vectors`), each times its "
        "`alpha` and its standard deviation. `values` has the variances. Do not cut at 0 and 1.",
        Function(
            "[(torch.rand(3, 2, 4), torch.randn(3), torch.rand(3), torch.linalg.qr(torch.randn(3, 3))[0]), "
            "(torch.zeros(3, 3, 3), torch.tensor([1., 0, 0]), torch.tensor([.25, .04, .01]), torch.eye(3))]"
        ),
        given="import torch",
        start="def mine(image, alpha, values, vectors):\n    ...",
        right=(
            "def mine(image, alpha, values, vectors):\n"
            "    move = vectors @ (alpha * values.sqrt())\n"
            "    return image + move[:, None, None]",
        ),
        slips=(
            edit("values.sqrt()", "values", "The paper takes the eigenvalue, the program its root."),
            edit("vectors @", "vectors.T @", "The directions are the columns, not the rows."),
            edit("(alpha * values.sqrt())", "alpha", "A likely light gets a large step: the spread is missing."),
            edit(
                "vectors @ (alpha * values.sqrt())",
                "alpha * values.sqrt()",
                "The steps go along the three directions, not along red, green and blue.",
            ),
        ),
        hints=("A matrix times a vector adds its columns, each times a number.",),
        why="One draw serves the whole image, so all differences between its pixels stay, and with them every edge.",
    ),
    Exercise(
        "views-vote",
        "A vote",
        "core",
        7,
        "Write `mine(p)`: `p` has the probabilities of an image's classes, a row for each view. Return two classes: "
        "the one that wins if each view has one vote, and the one that wins if the probabilities are averaged. Let no "
        "votes be tied.",
        Function(
            "[(torch.tensor([[.45, .55], [.45, .55], [.9, .1]]),), "
            "(torch.tensor([[.5, .3, .2], [.4, .35, .25], [.0, .9, .1], [.0, .4, .6], [.5, .3, .2]]),), "
            "(torch.tensor([[.8, .2, 0], [.1, .6, .3], [.1, .6, .3]]),), "
            "(torch.tensor([[.9, .1], [.9, .1], [.0001, .9999]]),)]"
        ),
        given="import torch",
        start="def mine(p):\n    ...",
        right=("def mine(p):\n    votes = p.argmax(1).bincount()\n    return votes.argmax(), p.mean(0).argmax()",),
        slips=(
            edit("votes.argmax(), p.mean(0).argmax()", "p.mean(0).argmax(), votes.argmax()", "The vote comes first."),
            edit("p.argmax(1)", "p.argmax(0)", "That asks for each class which view likes it best."),
            edit("p.mean(0).argmax()", "p.max(0).values.argmax()", "That follows the surest view alone."),
            edit("p.mean(0)", "p.log().mean(0)", "That averages the scores, up to a constant of each view."),
        ),
        hints=("`tensor.bincount()` counts how often 0, 1, 2 … stand in it.",),
        same={"return (votes.argmax(), p.sum(0).argmax())": "A sum is largest where the mean is."},
        why="With 0.45, 0.45 and 0.9 for the cat, the dog wins the vote by two to one and the cat the average, 0.6 to "
        "0.4. One sure view outweighs two in doubt; that is also how the five sure and wrong views of the 2 prevailed.",
    ),
    Exercise(
        "views-ten",
        "Cut the ten views",
        "challenge",
        10,
        "Write `mine(image, size)`: the ten views of an image (C, H, W) as one tensor (10, C, size, size). First "
        "those at the upper left, upper right, lower left, lower right and in the middle (rounded down), then the "
        "same five of the mirrored image.",
        Function("[(torch.arange(88.).view(1, 8, 11), 4), (torch.rand(2, 6, 5), 3)]"),
        given="import torch",
        start="def mine(image, size):\n    ...",
        right=(
            "def mine(image, size):\n"
            "    views = []\n"
            "    for photo in (image, image.flip(2)):\n"
            "        down, right = photo.shape[1] - size, photo.shape[2] - size\n"
            "        corners = [(0, 0), (0, right), (down, 0), (down, right)]\n"
            "        for top, left in corners + [(down // 2, right // 2)]:\n"
            "            rows = photo[:, top : top + size]\n"
            "            views.append(rows[:, :, left : left + size])\n"
            "    return torch.stack(views)",
        ),
        slips=(
            edit("image.flip(2)", "image.flip(1)", "That is upside down."),
            edit(" + [(down // 2, right // 2)]", "", "Four corners, and the middle."),
            edit("(image, image.flip(2))", "(image, image)", "The second five are of the mirrored image."),
            edit(
                "    return torch.stack(views)",
                "    views[5:] = [view.flip(2) for view in views[:5]]\n    return torch.stack(views)",
                "The ten are right, but their order is not: view 5 is the *upper left* corner of the mirrored image.",
            ),
        ),
        hints=(
            "How far can a window move down, and how far to the right?",
            "Write the five once, and loop over two photos.",
        ),
        why="AlexNet's ten are 224×224 of 256×256; torchvision has them as `ten_crop`, where the middle is rounded to "
        "the nearest.",
    ),
    Exercise(
        "views-scores",
        "Scores instead",
        "core",
        4,
        "Somebody averages the *scores* before the softmax over the ten views instead of the probabilities. About a "
        "quarter of the answers of the reader that never saw a mirrored digit change. Why?",
        Choice(
            (
                "a view that rules a class out counts for more",
                "a view that is sure of a class counts for more",
                "scores have no unit, so their mean means nothing",
                "the softmax changes the order of the classes",
            )
        ),
        right=("a view that rules a class out counts for more",),
        slips=(
            instead(
                "a view that is sure of a class counts for more",
                "Compare 0.9 with 0.99 as probability and as logarithm; then 0.1 with 0.01.",
            ),
            instead(
                "scores have no unit, so their mean means nothing",
                "A score is the logarithm of a probability, up to a constant of each view.",
            ),
            instead(
                "the softmax changes the order of the classes", "In one view it never does. Try it with three scores."
            ),
        ),
        why="A logarithm falls without bound: one view with 0.0001 for a class outweighs many with 0.5. Here half of "
        "the views rule out the right one.",
    ),
)
