"""Ten questions on a network cut in two (session 10)."""

from math import prod
from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace

ALEXNET = trace(CATALOGUE["alexnet-2012-program"])


def crosses(random: Random) -> Item:
    """Numbers that a device sends before a layer."""
    maps, side = random.choice((64, 128, 192, 320)), random.randrange(9, 31)
    whole = maps * side * side
    return Item(
        f"A convolution with one group reads {maps} maps of {side}×{side}. Each of two devices holds half of the maps. "
        "How many numbers must each send for one image?",
        f"{whole // 2:,}",
        {
            f"{whole:,}": "That is the whole input; each device has half of it already.",
            f"{whole // 4:,}": "Half of the maps cross, and each is whole.",
            f"{maps // 2 * side:,}": f"A map has {side}·{side} numbers.",
        },
        f"Half of {maps}·{side}·{side}: the other device needs all that it does not hold.",
    )


def grouped(random: Random) -> Item:
    """Weights of a grouped convolution."""
    makes, k, reads = random.choice((64, 96, 128)), random.choice((3, 5)), random.choice((32, 48, 160))
    right = makes * reads // 2 * k * k
    return Item(
        f"A {k}×{k} convolution in two groups makes {makes} maps from {reads}. How many weights has it, biases aside?",
        f"{right:,}",
        {
            f"{2 * right:,}": "So many with one group. In two groups each kernel reads half of the maps.",
            f"{right // 2:,}": "Each group has half of the kernels, and there are two groups: halve once only.",
            f"{right // k:,}": f"A kernel has {k}·{k} weights for each map that it reads.",
        },
        f"{makes} kernels, each of {k}·{k} weights for {reads // 2} maps.",
    )


def exchange(random: Random) -> Item:
    """Which layers read both halves."""
    layer = random.choice(("a fully connected layer", "a convolution with one group"))
    return Item(
        "A network is cut in two, half of the maps or units of each layer on each device. "
        "Before which of these must the devices exchange numbers?",
        layer,
        {
            "a max pool": "It looks at one map at a time, and each map lies on one device.",
            "a ReLU": "It looks at one number at a time.",
            "a convolution with two groups": "Each group reads the maps that lie on its own device.",
        },
        "It reads everything that the layer before returned, on both devices.",
    )


def more_devices(random: Random) -> Item:
    """What each of several devices receives."""
    devices = random.choice((4, 8))
    whole = prod(ALEXNET["conv3"].shape_in)
    return Item(
        f"AlexNet's conv3 reads {whole:,} numbers for an image. {devices} devices hold an equal part of them each. "
        "How many numbers must each device receive?",
        f"{whole - whole // devices:,}",
        {
            f"{whole // 2:,}": "So it is with two devices.",
            f"{whole // devices:,}": "That is what a device has, not what it lacks.",
            f"{whole:,}": "Its own part need not be sent.",
        },
        f"A device holds one part of {devices} and needs all others.",
    )


def gradients(random: Random) -> Item:
    """What a cut batch sends when the batch grows."""
    megabytes, images = 4 * random.randrange(10, 150), random.choice((64, 128, 256))
    return Item(
        f"The batch is cut over two devices. With {images} images each device sends {megabytes} MB in a step. How many "
        f"MB does it send with {2 * images} images?",
        f"{megabytes} MB",
        {
            f"{2 * megabytes} MB": "Gradients are summed over a device's images before they are sent.",
            f"{megabytes // 2} MB": "There is no reason to send less: a gradient for each parameter is sent.",
            f"{4 * megabytes} MB": "More images change nothing: there is one gradient for each parameter.",
        },
        "One gradient for each parameter, once a step, however many images there are.",
    )


def meeting(random: Random) -> Item:
    """The batch size at which both ways send as much."""
    millions, sent = random.randrange(20, 61, 2), random.choice((5_000, 10_000, 20_000, 50_000))
    right = millions * 1_000_000 // (2 * sent)
    return Item(
        f"A network has {millions} million parameters. If it is cut, each device sends {sent:,} numbers for an image "
        "in the forward pass, and as many gradients in the backward pass. From which batch size on would cutting the "
        "batch send less?",
        f"about {right:,} images",
        {
            f"about {2 * right:,} images": "The gradients of the maps are sent as well: twice the numbers.",
            f"about {4 * right:,} images": "Bytes on one side, numbers on the other: compare alike.",
            f"about {right // 2:,} images": "Half of the images do not make half of the gradients.",
        },
        f"Twice {sent:,} numbers for an image reach {millions} million at that batch.",
    )


def proof(random: Random) -> Item:
    """How to show that two devices are faster."""
    return Item(
        "Which measurement would show that two devices train a network faster than one?",
        "the time of a step of the same network, on one device and on two",
        {
            "the time of a step of a smaller network on one device, and of the whole on two": "Two networks: their "
            "difference would be in the time as well.",
            "the test error after a day, with one device and with two": "Size and luck are in an error, too.",
            "the memory that is free on each of the devices": "Memory says what fits, not how fast it goes.",
        },
        "Only one thing may differ; AlexNet did not fit on one card, so nobody could measure it.",
    )


def stays(random: Random) -> Item:
    """What a cut batch does not save."""
    devices = random.choice((2, 4, 8))
    return Item(
        f"A batch is cut over {devices} devices. Which part of the memory does **not** become smaller on each of them?",
        "weights, gradients and momentum",
        {
            "the images": f"Each device has one part of {devices} of the images.",
            "what the layers returned, kept for the backward pass": "It is kept for each image, and there are fewer.",
            "everything becomes smaller": "Each device has the whole network.",
        },
        "Each device holds the whole network, so this is no help if the network does not fit.",
    )


def backward(random: Random) -> Item:
    """The gradient of a number that is used twice."""
    own = random.randrange(5, 10)
    other = random.choice([n for n in range(1, 5) if own != 3 * n])
    return Item(
        f"A number of device 1 is read by both devices. Device 1 finds the gradient 0.{own} for it, device 2 finds "
        f"0.{other}. With which gradient does the backward pass go on?",
        f"{(own + other) / 10:.2f}",
        {
            f"{own / 10:.2f}": "The loss depends on the number through device 2 as well.",
            f"{(own + other) / 20:.2f}": "Means belong to images of a batch. Here one number is used twice.",
            f"{(own - other) / 10:.2f}": "Contributions add up, with their own signs.",
        },
        "A number that is used twice gets the sum of both gradients.",
    )


def unequal(random: Random) -> Item:
    """The mean gradient of unequal parts."""
    first, second = random.choice(((96, 32), (80, 48), (100, 28), (72, 56)))
    return Item(
        f"Of a batch of {first + second} images one device has {first}, the other {second}. Each computes the mean "
        "gradient of its own images, $g_1$ and $g_2$. What is the gradient of the whole batch?",
        f"$({first}\\,g_1 + {second}\\,g_2)/{first + second}$",
        {
            "$(g_1 + g_2)/2$": "So it is for equal parts only: here each image of the second device would count more.",
            "$g_1 + g_2$": "Both are means already; their sum is about twice as large.",
            f"$({second}\\,g_1 + {first}\\,g_2)/{first + second}$": f"{first} and {second} are swapped.",
        },
        "Each image counts the same, so a mean counts as often as it has images.",
    )


QUESTIONS = (crosses, grouped, exchange, more_devices, gradients, meeting, proof, stays, backward, unequal)
