"""Ten questions on activations, first weights and dead units (session 6)."""

from math import sqrt, tanh
from random import Random

from cnnlessons.exercises.quiz import Item


def minus(number: float, form: str = "g") -> str:
    """A number with the sign for minus."""
    return f"{number:{form}}".replace("-", "−")


def slope(random: Random) -> Item:
    """Of tanh, where a unit is."""
    a = random.choice((0.5, 1.0, 1.5, 2.0))
    value = tanh(a)
    return Item(
        f"tanh({a}) is {value:.3f}. By which factor does tanh multiply a gradient that passes it back there?",
        f"{1 - value**2:.3f}",
        {
            f"{1 - value:.3f}": "1 minus the value. The slope is 1 minus its square.",
            f"{value:.3f}": "That is the value of tanh, which goes forward.",
            f"{value * (1 - value):.3f}": "That is the rule of the sigmoid, s(1 − s).",
        },
        f"The slope of tanh is 1 − tanh²: 1 − {value:.3f}² is {1 - value**2:.3f}.",
    )


def sigmoids(random: Random) -> Item:
    """The most that some sigmoids in a row pass on."""
    n = random.randrange(5, 10)
    return Item(
        f"A gradient passes {n} logistic sigmoids, one after the other, with weights of 1 between them. "
        "Which part of it arrives at most?",
        f"1/{4**n:,}",
        {
            f"1/{4 * n}": "Slopes on a path multiply; they do not add up.",
            f"1/{2**n:,}": "A half is the sigmoid's value at 0. Its slope there is a quarter.",
            "all of it": "That would be tanh near 0, or ReLU where it is active.",
        },
        f"The steepest slope of the sigmoid is 1/4, and 4 to the power {n} is {4**n:,}.",
    )


def relus(random: Random) -> Item:
    """What some ReLUs leave of a signal."""
    n = 2 * random.randrange(2, 8)
    right = 2 ** (n // 2)
    return Item(
        f"Each ReLU sets the negative half of a signal around zero to zero; the weights keep its mean square. "
        f"By which factor is its root mean square smaller after {n} ReLUs and their layers?",
        f"{right:,}",
        {
            f"{2**n:,}": "That is the mean square. The size of the signal is its root.",
            f"{n / sqrt(2):.1f}": "Factors multiply; they do not add up.",
            f"{sqrt(2):.2f}": f"That is what one ReLU takes. There are {n}.",
        },
        f"√2 for each of {n}: 2 to the power {n // 2}.",
    )


def small_weights(random: Random) -> Item:
    """Weights are factors of a gradient."""
    n, factor = random.randrange(4, 9), random.choice((2, 3))
    right = factor**n
    return Item(
        f"A network of ReLUs has {n} layers of weights behind its first one. All its weights are divided by {factor}, "
        "and what the loss sends back stays the same. By which factor does the gradient of the first layer's weights "
        "shrink?",
        f"{right:,}",
        {
            f"{factor ** (n + 1):,}": "A layer's own weights are no factor of their gradient.",
            f"{factor * n}": "Factors on a path multiply; they do not add up.",
            "1, for the slope of an active ReLU is 1": "The slopes are 1, but the weights on the path are factors too.",
        },
        f"The path back goes through {n} layers: {factor} to the power {n}.",
    )


def first_weights(random: Random) -> Item:
    """The spread of He's weights."""
    fan_in = random.choice((18, 32, 50, 72, 98, 128, 200))
    right = sqrt(2 / fan_in)
    return Item(
        f"Each unit of a layer has {fan_in} inputs, and a ReLU follows. He's rule keeps the mean square of the signal. "
        "Which standard deviation do the first weights have?",
        f"{right:.3f}",
        {
            f"{sqrt(1 / fan_in):.3f}": "That is right for a function that keeps the signal; ReLU drops half of it.",
            f"{2 / fan_in:.3f}": "That is the variance. The standard deviation is its root.",
            f"{sqrt(2) / fan_in:.4f}": "The root belongs over the number of inputs too.",
        },
        f"The variance is 2/{fan_in}: one over the inputs, and twice that for the half that ReLU drops.",
    )


def bias(random: Random) -> Item:
    """The gradient of a bias behind a negative sum."""
    target, total = random.randrange(1, 5), -random.randrange(2, 30)
    return Item(
        f"A ReLU unit has the sum {minus(total)}. The loss is $(\\text{{output}} - {target})^2$. How large is the "
        "gradient of its bias?",
        "0",
        {
            minus(-2 * target): "That is what the loss sends back. ReLU's slope at a negative sum stops it.",
            minus(2 * (total - target)): "The output is not the sum: ReLU makes it 0. And its slope there is 0.",
            f"{target**2}": "That is the loss.",
        },
        "The slope of ReLU at a negative sum is 0, and it is a factor.",
    )


def leaky(random: Random) -> Item:
    """The same with a small slope on the left."""
    target, total, share = random.randrange(1, 5), -10 * random.randrange(1, 6), random.choice((0.01, 0.1))
    out = share * total
    right = 2 * (out - target) * share
    return Item(
        f"A leaky ReLU multiplies negative sums by {share}. A unit has the sum {minus(total)}, and the loss is "
        f"$(\\text{{output}} - {target})^2$. How large is the gradient of its bias?",
        minus(right, ".3f"),
        {
            "0": "That is plain ReLU. A leaky one has a slope on the left too.",
            minus(2 * (out - target), ".1f"): "The slope on the left is missing: it is a factor.",
            minus(-2 * target * share, ".3f"): "The output is not 0: a leaky ReLU lets a part of the sum through.",
        },
        f"The output is {minus(out)}, the loss sends back 2·({minus(out)} − {target}), and the slope is {share}.",
    )


def two_signals(random: Random) -> Item:
    """A weight's gradient is what came forward times what came back."""
    factor, low, steps = random.choice((2, 3)), random.randrange(1, 5), random.randrange(2, 5)
    high = low + steps
    return Item(
        f"In a deep network each layer makes the forward signal {factor} times as small, and the gradient on its way "
        f"back too. Layer 1 is at the image. How large are the gradients of the weights of layer {low}, compared with "
        f"those of layer {high}?",
        "as large",
        {
            f"{factor**steps} times as small": "That is what came back. What came forward is so much larger there.",
            f"{factor**steps} times as large": "That is what came forward. What came back is so much smaller there.",
            f"{factor ** (2 * steps)} times as small": "Only the way back loses on the way to the image.",
        },
        f"Forward {factor**steps} times as large, back {factor**steps} times as small: the product is the same.",
    )


def dead(random: Random) -> Item:
    """What a count of zeros says."""
    units, images = random.choice((64, 100, 120)), random.choice((500, 1000, 2000))
    return Item(
        f"A layer has {units} ReLUs. For each of {images:,} images about half of them are zero, and each of them is "
        "positive for some of the images. How many of them are dead?",
        "none",
        {
            f"{units // 2}": "So many are silent for one image. Dead means silent for all.",
            f"{units}": "Each is silent for some images. Dead means silent for all.",
            f"{units // 4}": "Half of a half counts nothing here. Ask which unit is zero for every image.",
        },
        "A unit is dead if it is zero for every image; these are only selective.",
    )


def race(random: Random) -> Item:
    """A race at one step size."""
    low, high = random.choice(((0.01, 0.1), (0.003, 0.03), (0.02, 0.2)))
    loss = random.randrange(20, 40) / 1000
    return Item(
        f"Method A ends at a training loss of {loss:.3f}, method B at {1.6 * loss:.3f}; five seeds each, and no run of "
        f"A is above any of B. Both used a step size of {low:g}. At {high:g} it is the other way round. "
        "Which sentence is right?",
        "To say which is faster, each must first get a step size of its own.",
        {
            f"A converges faster, for {low:g} is the safer step.": "Then the winner is whoever suits the step that was "
            "chosen for both.",
            f"B converges faster, for a step of {high:g} gets further.": "That a larger step gets further says nothing "
            "about the two methods.",
            "The lower mean over both step sizes decides.": "Nobody trains at an average. One uses the step that "
            "suits the method.",
        },
        "A race at one step size for both is decided by whoever chose it.",
    )


QUESTIONS = (slope, sigmoids, relus, small_weights, first_weights, bias, leaky, two_signals, dead, race)
