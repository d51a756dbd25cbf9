"""Ten questions on outputs and losses (session 5)."""

from math import exp, log, log2, log10
from random import Random

from cnnlessons.exercises.quiz import Item

CELLS = 84  # of a code


def apart(random: Random) -> Item:
    """From a ratio of shares back to scores."""
    ratio = random.choice((2, 5, 10, 100))
    return Item(
        f"After softmax one class has {ratio} times the share of another. By how much do their scores differ?",
        f"{log(ratio):.2f}",
        {
            f"{log10(ratio):.2f}": "The base of softmax is e, not 10.",
            f"{log2(ratio):.2f}": "The base of softmax is e, not 2.",
            f"{ratio:.2f}": "That is the ratio itself; scores differ by its logarithm.",
        },
        f"The ratio is e to the power of the difference, so the difference is log {ratio} = {log(ratio):.2f}.",
    )


def temperature(random: Random) -> Item:
    """What a temperature does to a ratio."""
    lead, warm = random.choice(((2, 2), (4, 2), (2, 4), (3, 2), (1, 2)))
    return Item(
        f"Two scores differ by {lead}. All scores are divided by a temperature of {warm}. "
        "How many times as large is the share of the higher one then?",
        f"{exp(lead / warm):,.2f}",
        {
            f"{exp(lead * warm):,.2f}": "Multiplied by the temperature: that makes softmax colder.",
            f"{exp(lead) / warm:,.2f}": "The ratio was divided, and not the scores.",
            f"{exp(lead):,.2f}": "That is the ratio without a temperature.",
        },
        f"The difference becomes {lead}/{warm}, and the ratio e to that power: {exp(lead / warm):.2f}.",
    )


def overflow(random: Random) -> Item:
    """Half precision."""
    largest = 65_504  # IEEE 754, binary16
    return Item(
        f"Numbers in half precision end at {largest:,}. From which score on does $e^z$ become infinite there, if "
        "softmax is computed as the formula is written?",
        f"{log(largest):.1f}",
        {
            f"{log2(largest):.1f}": "That is the power of two; the base is e.",
            f"{log10(largest):.1f}": "That is the power of ten; the base is e.",
            f"{largest:,}": "That is the largest number itself, not its logarithm.",
        },
        f"log {largest:,} = {log(largest):.1f}. Subtract the largest score first, and no exponential exceeds 1.",
    )


def one_image(random: Random) -> Item:
    """The loss of a share."""
    share = random.choice((0.5, 0.2, 0.1, 0.05, 0.01))
    return Item(
        f"The right class has a share of {share}. What is the cross-entropy of this image?",
        f"{-log(share):.2f}",
        {
            f"{1 - share:.2f}": "That is the share of the other classes, not a logarithm.",
            f"{-log10(share):.2f}": "The natural logarithm is meant, not that of base 10.",
            f"{-log2(share):.2f}": "The natural logarithm is meant, not that of base 2.",
        },
        f"−log {share} = {-log(share):.2f}; the other classes enter only through the sum of all shares.",
    )


def pushed(random: Random) -> Item:
    """The gradient of a wrong class."""
    share = random.choice((0.05, 0.15, 0.3, 0.4, 0.6))
    return Item(
        f"A *wrong* class has a share of {share}. What is the gradient of the cross-entropy with respect to its score?",
        f"{share:g}",
        {
            f"−{1 - share:g}": "Share less 1 is the gradient of the right class.",
            f"−{share:g}": "With this sign a step downhill would raise a wrong class.",
            "0": "The right class is not alone: its share falls when another score rises.",
        },
        f"Share less truth, and the truth of a wrong class is 0: {share:g}. A step downhill lowers its score.",
    )


def classes(random: Random) -> Item:
    """From the first loss to the number of classes."""
    number = random.choice((5, 20, 50, 100, 200))
    first = log(number)
    return Item(
        f"The first loss of a training with cross-entropy is {first:.2f}, and all is in order. "
        "How many classes are there?",
        str(number),
        {
            str(round(10**first)): "10 to the power of the loss; the logarithm is natural.",
            str(round(2**first)): "2 to the power of the loss; the logarithm is natural.",
            str(round(10 * first)): "The loss grows with the logarithm of the classes, not with their number.",
        },
        f"Equal shares give the loss log K, and e to the power {first:.2f} is about {number}.",
    )


def floor(random: Random) -> Item:
    """Softmax twice with other numbers of classes."""
    number = random.choice((5, 20, 100, 200))
    top = log(exp(1) + number - 1)
    return Item(
        f"A network ends in a softmax over {number} classes and is trained with `nn.CrossEntropyLoss`. "
        "How low can its loss get?",
        f"{top - 1:.3f}",
        {
            "0.000": "So it would be for scores. The loss takes shares of 1 and 0 for scores.",
            f"{log(number):.3f}": "That is the loss of guessing; something better is possible.",
            f"{top:.3f}": "That is the worst: everything on a wrong class.",
        },
        f"1 for the right class and 0 for {number - 1} others give the share e/(e + {number - 1}): a loss of "
        f"{top - 1:.3f}.",
    )


def pairs(random: Random) -> Item:
    """Which output goes with which loss."""
    return Item(
        "Which last layer and loss go together in PyTorch?",
        "`LogSoftmax` with `NLLLoss`",
        {
            "`Softmax` with `CrossEntropyLoss`": "This loss applies a softmax of its own: softmax twice.",
            "`Softmax` with `NLLLoss`": "This loss takes no logarithm; it would be minus the share.",
            "`Linear` with `NLLLoss`": "This loss wants log-shares; minus a bare score falls without end.",
        },
        "`NLLLoss` picks minus the log-share of the right class, which is the cross-entropy.",
    )


def codes(random: Random) -> Item:
    """The distance of two codes."""
    differ = random.randrange(10, 27)
    return Item(
        f"Two codes of LeNet-5, {CELLS} cells of ±1 each, differ in {differ} cells. What is their squared distance?",
        str(4 * differ),
        {
            str(differ): "Each such cell costs more than 1: from −1 to 1 it is 2, and that is squared.",
            str(2 * differ): "The differences of 2 have to be squared.",
            str(CELLS - differ): "Those are the cells in which they agree; they cost nothing.",
        },
        f"$(1 - (-1))^2 = 4$ for each of {differ} cells, so {4 * differ}.",
    )


def rubbish(random: Random) -> Item:
    """The floor of the MAP criterion."""
    j = random.choice((0.5, 1.5, 2.0, 3.0))
    return Item(
        f"$E_\\text{{MAP}} = y_D + \\log(e^{{-j}} + \\sum_i e^{{-y_i}})$ with $j = {j:g}$. The right penalty is 0, and "
        "all others are huge. What is the loss?",
        f"{log(1 + exp(-j)):.3f}",
        {
            "0.000": "The pull is 0, but rubbish keeps its share in the logarithm.",
            f"{j:.3f}": "That is the penalty of rubbish, not the loss.",
            f"{exp(-j):.3f}": "The logarithm was left out, and the right class with it.",
        },
        f"The sum holds rubbish and the right class: log(e to the −{j:g}, plus 1) = {log(1 + exp(-j)):.3f}.",
    )


QUESTIONS = (apart, temperature, overflow, one_image, pushed, classes, floor, pairs, codes, rubbish)
