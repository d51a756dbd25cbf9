"""Ten questions on training and its curves (session 4)."""

from math import ceil, log, log10, sqrt
from random import Random

from cnnlessons.exercises.quiz import Item

CLIP = 1e-7  # Keras raises a probability to this before its logarithm
T_OF_FIVE = 2.776  # Student's t for a 95 % interval of five runs


def half_width(p: float, n: int) -> float:
    """Of the 95 % interval of an error `p` on `n` images, in points."""
    return 100 * 1.96 * sqrt(p * (1 - p) / n)


def guess(random: Random) -> Item:
    """The loss of a network that knows nothing."""
    classes = random.choice((20, 26, 50, 100, 200, 500))
    return Item(
        f"An untrained network for {classes} classes gives each about the same probability. "
        "What is its cross-entropy, before the first step?",
        f"{log(classes):.3f}",
        {
            f"{log10(classes):.3f}": "That is the logarithm to base 10. The loss takes the natural one.",
            f"{1 / classes:.3f}": "That is the probability of the right class. The loss is minus its logarithm.",
            f"{1 - 1 / classes:.3f}": "That is the share of wrong answers. The loss does not count them.",
        },
        f"−ln(1/{classes}) = ln {classes} = {log(classes):.3f}.",
    )


def updates(random: Random) -> Item:
    """How many steps an epoch is."""
    images, batch, epochs = random.choice((50_000, 60_000)), random.choice((64, 128, 256)), random.randrange(3, 13)
    each = ceil(images / batch)
    return Item(
        f"{images:,} images, batches of {batch}, {epochs} epochs. How many updates of the weights are that?",
        f"{each * epochs:,}",
        {
            f"{(each - 1) * epochs:,}": "Only full batches counted. The images that are left make a batch too.",
            f"{each:,}": "These are the updates of one epoch.",
            f"{images * epochs:,}": "So many images are looked at. An update comes after a batch, not after an image.",
        },
        f"⌈{images:,}/{batch}⌉ = {each} updates in an epoch, times {epochs}.",
    )


def two_curves(random: Random) -> Item:
    """Why the training loss begins above the test loss."""
    test = random.randrange(30, 50) / 100
    train = test + random.randrange(15, 60) / 100
    return Item(
        f"After the first epoch a program prints a training loss of {train:.2f} and a test loss of {test:.2f}. "
        "There is no dropout, and no bug. Why is the training loss the larger one?",
        "It is a mean over the epoch; the test loss is measured at its end.",
        {
            "The test images are easier.": "Ask the same network about the training images: their loss is about "
            "as low.",
            "The network overfits.": "Then the test loss would be the larger one.",
            "The training loss is a sum over images, the test loss a mean.": "Both are means; a sum over thousands "
            "of images would be thousands of times as large.",
        },
        "The first networks of the epoch were still guessing, and their losses are in the mean.",
    )


def stuck(random: Random) -> Item:
    """The loss of a network that is certain and cut off."""
    classes = random.choice((4, 5, 20, 25))
    most = -log(CLIP)
    return Item(
        f"A network for {classes} equally frequent classes gives every image the same class, with certainty. Its "
        f"probabilities are raised to at least $10^{{-7}}$ before the logarithm, so a wrong answer costs {most:.2f}. "
        "At which value does its loss stay?",
        f"{(1 - 1 / classes) * most:.2f}",
        {
            f"{log(classes):.2f}": "That is a network which gives all classes the same share. This one is certain.",
            f"{most:.2f}": f"One answer in {classes} is right, and costs nothing.",
            f"{most / classes:.2f}": "That is the share of right answers times the price of a wrong one.",
        },
        f"A share of 1 − 1/{classes} is wrong at {most:.2f} each, and the right ones cost nothing.",
    )


def sample(random: Random) -> Item:
    """What a test set leaves open."""
    n, p = random.choice((2000, 4000, 5000)), random.choice((0.01, 0.02, 0.05))
    right = half_width(p, n)
    return Item(
        f"A network is wrong on {100 * p:.0f} % of {n:,} test images. How far may its true error be from that "
        "(95 % interval)?",
        f"± {right:.2f} points",
        {
            f"± {right / 1.96:.2f} points": "That is one standard deviation; 95 % takes 1.96 of them.",
            f"± {half_width(0.5, n):.2f} points": "That is the interval of an error of 50 %, the widest there is.",
            f"± {100 / n:.3f} points": f"That is one mistake more or less. {p * n:.0f} mistakes vary by their root.",
        },
        f"1.96 √({p}·{1 - p:.2f}/{n:,}) is {right / 100:.4f}.",
    )


def halve(random: Random) -> Item:
    """How precision grows with the test set."""
    n = 1000 * random.randrange(2, 13)
    return Item(
        f"{n:,} test images leave an error open by some ± w points. How many leave it open by half as much?",
        f"{4 * n:,}",
        {
            f"{2 * n:,}": "The width falls with the root of the number: twice as many make it narrower by 1.4.",
            f"{round(sqrt(2) * n):,}": "The root taken of the factor. It is the square that is needed.",
            f"{16 * n:,}": "Squared twice: 16 times as many images make a quarter of the width.",
        },
        "The width falls with the root of the number of images, so half of it takes four times as many.",
    )


def verdict(random: Random) -> Item:
    """Still falling, converged, or too noisy to say."""
    level = random.randrange(10, 31) / 10
    case = random.choice(("still falling", "converged", "cannot say"))
    fall, half = {
        "still falling": (0.12 * level, 0.05 * level),
        "converged": (0.01 * level, 0.04 * level),
        "cannot say": (0.05 * level, 0.14 * level),
    }[case]
    why = {
        "still falling": "The interval lies above zero: all of it says that the curve falls.",
        "converged": "The interval holds zero, and nothing as large as a tenth of the level.",
        "cannot say": "The interval holds zero and also more than a tenth of the level: both are possible.",
    }
    no = {
        "still falling": "For that the interval would have to lie above zero.",
        "converged": "For that the interval would have to hold zero, and nothing as large as a tenth of the level.",
        "cannot say": "The interval is narrow enough, or far enough from zero, to say something.",
        "rising": "For that the interval would have to lie below zero.",
    }
    return Item(
        f"A test error of about {level:.1f} % fell by {fall:.2f} ± {half:.2f} points over the last third of the epochs "
        "(mean of five runs, 95 % interval). A tenth of the level is what matters. What does the rule say that asks "
        "whether the last third still falls?",
        case,
        {word: text for word, text in no.items() if word != case},
        why[case],
    )


def seeds(random: Random) -> Item:
    """The interval of a mean of five runs."""
    sd = random.randrange(20, 90) / 100
    right = T_OF_FIVE * sd / sqrt(5)
    return Item(
        f"Five runs with five seeds have errors with a standard deviation of {sd:.2f} points. "
        f"Student's t for five runs is {T_OF_FIVE}. How wide is the 95 % interval of their mean?",
        f"± {right:.3f} points",
        {
            f"± {1.96 * sd / sqrt(5):.3f} points": "1.96 is for a known spread. Five runs know little about theirs.",
            f"± {T_OF_FIVE * sd:.3f} points": "That is without the root of 5: about where another single run may lie.",
            f"± {T_OF_FIVE * sd / 5:.3f} points": "Divided by 5, and not by its root.",
        },
        f"{T_OF_FIVE} · {sd:.2f}/√5 is {right:.3f}.",
    )


def diagnosis(random: Random) -> Item:
    """A loss that does not move."""
    classes = random.choice((5, 10, 20, 100))
    loss = log(classes)
    return Item(
        f"A network for {classes} classes is trained with a cross-entropy that clips nothing. Its loss is {loss:.2f} "
        "after each of five epochs. What is the matter?",
        "It guesses: too small a step, dead units, or labels that do not belong to the images.",
        {
            "It is certain, wrong and cut off.": f"Then its loss would be far above {loss:.2f}, the loss of a guess.",
            "The step is so large that the weights fly off.": "Then the loss would jump, far above that of a guess.",
            "It has converged.": f"A network that has learned something pays less than ln {classes}.",
        },
        f"ln {classes} = {loss:.2f} is what a network pays that gives each class the same share.",
    )


def edge(random: Random) -> Item:
    """A best step size at the edge of its grid."""
    steps = sorted(random.sample((0.003, 0.01, 0.03, 0.1, 0.3), 3))
    errors = sorted((random.randrange(20, 60) / 10 + gap for gap in (0, 1.5, 3)), reverse=True)
    tried = ", ".join(f"{step:g}: {error:.1f} %" for step, error in zip(steps, errors, strict=True))
    return Item(
        f"Step sizes and errors on held-back images: {tried}. What do you do next?",
        f"Try steps larger than {steps[2]:g}.",
        {
            f"Take {steps[2]:g}: it is the best.": "It lies at the edge of what was tried; a larger one may be better.",
            f"Try finer steps between {steps[0]:g} and {steps[1]:g}.": "The errors fall towards the other end.",
            "Ask the test images which of the three to take.": "The test set is for one reading, after the choice.",
        },
        "A best value at the edge of its grid is no best: go on until the errors rise again.",
    )


QUESTIONS = (guess, updates, two_curves, stuck, sample, halve, verdict, seeds, diagnosis, edge)
