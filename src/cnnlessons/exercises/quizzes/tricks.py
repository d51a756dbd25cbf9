"""Ten questions on AlexNet's tricks and what was measured of them."""

from math import log
from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks.layers import count_windows


def terms_at_the_edge(random: Random) -> Item:
    """LRN's sum is shorter at the first maps."""
    maps, n = random.choice((48, 96, 128, 256)), random.choice((5, 7, 9))
    side = n // 2
    i = random.randrange(1, side)
    first, last = max(0, i - side), min(maps - 1, i + side)
    right = last - first + 1
    return Item(
        f"Local response normalisation with a window of $n = {n}$ runs over {maps} maps, numbered from 0. "
        f"How many squares has the sum for map {i}?",
        str(right),
        {
            str(n): "The maps were thought to stand in a ring; there is no map before map 0.",
            str(right - 1): "The map itself was left out; its own square is in its sum.",
            str(side): "Only one side was counted, and the map itself left out.",
        },
        f"The sum runs from map {first} to map {last}: {right} squares.",
    )


def another_scale(random: Random) -> Item:
    """α belongs to the square of a scale."""
    alpha, times = 1e-4, random.choice((8, 16, 32, 64, 128))
    return Item(
        f"LRN is used with $\\alpha = 10^{{-4}}$ and $k = 2$. Now the pixels are divided by {times}, so that all "
        f"activations before it are {times} times smaller. Which $\\alpha$ keeps the share that each unit keeps?",
        f"{alpha * times**2:g}",
        {
            f"{alpha:g}": "The layer has a scale: k stays 2 while the squares shrink.",
            f"{alpha * times:g}": "The activations are squared in the sum, so the factor is squared too.",
            f"{alpha / times**2:.2g}": "The wrong direction: smaller squares need a larger α to count as much.",
        },
        f"The squares are {times}² = {times**2:,} times smaller, so α must be as many times larger.",
    )


def read_four_times(random: Random) -> Item:
    """Overlapping pooling on a map of odd width."""
    side = random.randrange(13, 57, 2)
    windows = count_windows(side, 3, 2)
    return Item(
        f"Max pooling with windows of 3×3 at stride 2 runs over a map of {side}×{side}. "
        "How many cells are read by four windows?",
        str((windows - 1) ** 2),
        {
            str(windows**2): "The last window of a row has no neighbour to share with.",
            str(windows - 1): "So it is on a line; on a map a cell has to be shared in both directions.",
            str(side**2 // 4): "A quarter would be every second cell; the first and the last of a row are not shared.",
        },
        f"{windows} windows in a row share {windows - 1} cells, and both coordinates must be shared.",
    )


def windows_of_a_photo(random: Random) -> Item:
    """Crops of a photo, with their mirror images."""
    photo = random.choice((128, 256, 288, 320))
    window = photo - random.randrange(8, 40, 4)
    places = count_windows(photo, window)
    return Item(
        f"Windows of {window}×{window} are cut out of photos of {photo}×{photo}, at every place, and each is also "
        "mirrored. How many different windows does one photo give at most?",
        f"{2 * places**2:,}",
        {
            f"{2 * (places - 1) ** 2:,}": "A window can also stay where it is: one place more in each direction.",
            f"{places**2:,}": "The mirror images were left out.",
            f"{2 * places:,}": "The window moves in two directions, so the places are multiplied.",
        },
        f"{places} places down, {places} to the right, two sides: 2 · {places}² = {2 * places**2:,}.",
    )


def seeds_by_rule(random: Random) -> Item:
    """Lehr's rule of sixteen."""
    effect, ratio = random.choice((0.2, 0.4, 0.6)), random.choice((1.5, 2, 2.5, 3))
    right = round(16 * ratio**2)
    return Item(
        f"Runs of one network spread by {effect * ratio:.1f} points (standard deviation). By the rule of sixteen, how "
        f"many seeds of each network does a true effect of {effect} points need, to be seen in 80 of 100 experiments?",
        str(right),
        {
            str(round(16 * ratio)): "The square was forgotten: half the effect takes four times the seeds.",
            str(round(ratio**2)): "The sixteen was forgotten; a test has to be sure.",
            str(2 * right): "That is for both networks together.",
        },
        f"16 · (spread / effect)² = 16 · {ratio:g}² = {right}.",
    )


def half_life(random: Random) -> Item:
    """Weight decay as a half-life in steps."""
    rate, decay = random.choice((0.1, 0.05, 0.02, 0.01)), random.choice((1e-3, 5e-4, 1e-4))
    momentum = random.choice((0.8, 0.9, 0.95))
    right = log(2) * (1 - momentum) / (rate * decay)
    return Item(
        f"SGD with a learning rate of {rate:g}, momentum {momentum} and a weight decay of {decay:g}. "
        "After how many steps has a weight without a gradient lost half of itself?",
        f"about {right:,.0f}",
        {
            f"about {right / (1 - momentum):,.0f}": "The momentum was left out; it makes each pull longer.",
            f"about {right / log(2):,.0f}": "After so many steps the weight is down to 1/e, 37 %.",
            f"about {right * rate:,.0f}": "The learning rate was left out; the decay is multiplied by it.",
        },
        f"ln 2 · (1 − {momentum}) / ({rate:g} · {decay:g}) is about {right:,.0f}.",
    )


def steps_of_the_same_length(random: Random) -> Item:
    """Momentum lengthens steps, so an ablation needs another rate."""
    rate, momentum = random.choice((0.001, 0.002, 0.005, 0.01)), random.choice((0.8, 0.9, 0.95, 0.99))
    return Item(
        f"The recipe has a learning rate of {rate:g} and momentum {momentum}. In an ablation the momentum is left out. "
        "Which learning rate makes steps along a constant gradient as long in the end as before?",
        f"{rate / (1 - momentum):.3g}",
        {
            f"{rate:g}": "Then momentum and the length of the steps are changed at once.",
            f"{rate * (1 - momentum):.3g}": "The wrong direction: without momentum the steps are already shorter.",
            f"{rate * (1 + momentum):.3g}": "Momentum adds up over all steps, not once: 1 + m + m² + … is 1/(1 − m).",
        },
        f"With momentum steps grow to 1/(1 − {momentum}) times the rate, {rate / (1 - momentum):.3g}.",
    )


def vote_or_average(random: Random) -> Item:
    """A sure view outweighs two in doubt."""
    doubt, sure = random.randrange(40, 49), random.randrange(85, 98)
    mean = (2 * doubt + sure) / 3
    return Item(
        f"Three views of an image give the class *cat* {doubt}, {doubt} and {sure} % and *dog* the rest. "
        "Which class wins if each view has one vote, and which if the probabilities are averaged?",
        "dog by votes, cat by the average",
        {
            "cat by votes, cat by the average": "Two of three views prefer the dog, so it wins the vote.",
            "dog by votes, dog by the average": f"The mean for the cat is {mean:.0f} %: the sure view counts for more.",
            "cat by votes, dog by the average": "Just the other way round: a vote hides how sure a view is.",
        },
        f"Two views say dog; the mean for the cat is ({doubt} + {doubt} + {sure})/3 = {mean:.0f} %.",
    )


def seen_with_so_many(random: Random) -> Item:
    """The rule of sixteen, the other way round."""
    n, spread = random.choice((4, 25, 64, 100)), random.choice((0.4, 0.6, 0.8, 1.2))
    right = 4 * spread / n**0.5
    return Item(
        f"Runs of one network spread by {spread} points (standard deviation), and you can train {n} seeds of each of "
        "two networks. By the rule of sixteen, how large must a true effect be, to be seen in 80 of 100 experiments?",
        f"{right:.3g} points",
        {
            f"{16 * spread / n:.3g} points": "The effect stands in the rule as a square, so a root has to be taken.",
            f"{spread / n**0.5:.3g} points": "The sixteen was left out; its root is 4.",
            f"{spread:.3g} points": "That is how far single runs lie apart; a mean of several is surer.",
        },
        f"{n} = 16 · (spread / effect)², so the effect is 4 · {spread} / √{n} = {right:.3g} points.",
    )


def fair_mirror(random: Random) -> Item:
    """A mirror image must keep its label."""
    return Item(
        "For which of these tasks may photos be mirrored, left to right, in training, with the labels as they are?",
        "telling oaks from maples by a leaf",
        {
            "telling left shoes from right shoes": "The mirror image of a left shoe is a right one.",
            "reading number plates": "Most letters and digits have a left and a right.",
            "telling road signs, among them *turn left* and *turn right*": "In the mirror one becomes the other.",
        },
        "A mirrored leaf could have been photographed, and it would have the same label.",
    )


QUESTIONS = (
    terms_at_the_edge,
    another_scale,
    read_four_times,
    windows_of_a_photo,
    seeds_by_rule,
    half_life,
    steps_of_the_same_length,
    vote_or_average,
    seen_with_so_many,
    fair_mirror,
)
