"""Ten questions on VGG: its blocks, its windows, and how to train it (session 11)."""

from math import sqrt
from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.layers import Linear

D = CATALOGUE["vgg-D"]


def name(random: Random) -> Item:
    """The number in a name."""
    blocks = sorted(random.choices((1, 2, 3, 4, 5), k=5))
    convolutions = sum(blocks)
    return Item(
        f"A network in the style of VGG has blocks of {', '.join(map(str, blocks))} convolutions, and VGG's head. "
        "Which number does its name bear?",
        f"VGG-{convolutions + 3}",
        {
            f"VGG-{convolutions}": "The three fully connected layers have weights, too.",
            f"VGG-{convolutions + 5}": "Five pools counted. They have no weights; three fully connected layers have.",
            f"VGG-{convolutions + 8}": "The five pools were counted along. They have no weights.",
        },
        f"{convolutions} convolutions and 3 fully connected layers have weights.",
    )


def pair(random: Random) -> Item:
    """Weights of a block that doubles its maps."""
    c = random.choice((16, 32, 64, 128, 256))
    return Item(
        f"Two 3×3 convolutions make a block: {c} maps go in, {2 * c} come out of either. "
        "How many weights have they together, without biases?",
        f"{9 * c * 2 * c + 9 * 2 * c * 2 * c:,}",
        {
            f"{2 * 9 * c * 2 * c:,}": f"The second convolution reads {2 * c} maps, not {c}.",
            f"{2 * 9 * 2 * c * 2 * c:,}": f"The first convolution reads {c} maps, not {2 * c}.",
            f"{25 * c * 2 * c:,}": "That is one 5×5 in place of the pair.",
        },
        f"9·{c}·{2 * c} and 9·{2 * c}·{2 * c}, added up.",
    )


def flat(random: Random) -> Item:
    """What comes out of the fifth pool."""
    side = 32 * random.choice((4, 5, 6, 8, 9, 10))
    maps, last, _ = trace(D, (3, side, side))["pool5"].shape_out
    return Item(
        f"VGG-16's convolutions get an image of {side}×{side}. How many numbers come out of the fifth pool?",
        f"{maps * last * last:,}",
        {
            f"{maps * 4 * last * last:,}": "Only four pools were counted: the fifth block ends with one, too.",
            f"{2 * maps * last * last:,}": "The fifth block does not double its maps.",
            f"{maps * last:,}": f"Each map is {last}×{last}, not a row of {last}.",
        },
        f"Five halvings of {side} leave {last}, and {maps}·{last}·{last} is that many.",
    )


def wider(random: Random) -> Item:
    """A larger window, deep in the network."""
    block = random.choice((3, 4, 5))
    step = trace(D)[f"conv{block}_1"].jump
    return Item(
        f"In VGG-16 one convolution of block {block} gets a window of 5×5 instead of 3×3. "
        "By how many pixels of the image does the receptive field behind the last pool grow?",
        str(2 * step),
        {
            "2": "So many cells of its own maps. They lie further apart in the image.",
            str(step): "The window grows on both sides, by one step each.",
            str(4 * step): "The pool of its own block comes behind it, and does not count.",
        },
        f"Two more cells, {step} pixels of the image apart after {block - 1} pools.",
    )


def doubling(random: Random) -> Item:
    """Half the side, twice the maps."""
    side, maps = random.choice(((56, 128), (28, 256), (112, 64)))
    return Item(
        f"One 3×3 convolution reads and makes {maps} maps of {side}×{side}, another one reads and makes {2 * maps} "
        f"maps of {side // 2}×{side // 2}. How does the second compare with the first?",
        "four times the weights, as many multiplications",
        {
            "twice the weights, half of the multiplications": "Twice the maps are read and twice are made: 2·2.",
            "four times the weights, four times the multiplications": "Each weight is used at a quarter of the places.",
            "four times the weights, twice the multiplications": "Half as high and half as wide is a quarter.",
        },
        "Twice the maps at both ends are four times the weights; each is used at a quarter of the places.",
    )


def head(random: Random) -> Item:
    """The first fully connected layer."""
    units = random.choice((256, 512, 1024, 2048))
    fc6 = trace(D.change(fc6=Linear("fc6", units)))["fc6"]
    (inputs,) = fc6.shape_in
    return Item(
        f"VGG-16 at 224×224 gets a first fully connected layer, fc6, of {units:,} units. How many parameters has fc6?",
        f"{fc6.params:,}",
        {
            f"{inputs * units:,}": "The weights only: each unit has a bias, too.",
            f"{512 * units + units:,}": "So many if each map were averaged first. fc6 reads all its places.",
            f"{4 * inputs * units + units:,}": "That reads maps of 14×14. The fifth block ends with a pool.",
        },
        f"{inputs:,} inputs and a bias for each of {units:,} units.",
    )


def factor(random: Random) -> Item:
    """What the first weights make of a signal."""
    maps = random.choice((64, 96, 128, 256))
    inputs = 9 * maps
    return Item(
        f"A 3×3 convolution reads {maps} maps, which come from a ReLU. Its weights have a standard deviation of 0.01. "
        "By about which factor does it multiply a signal?",
        f"{0.01 * sqrt(inputs / 2):.2f}",
        {
            f"{0.01 * sqrt(inputs):.2f}": "The ReLU in front takes away half of the squares.",
            f"{0.01 * sqrt(maps / 2):.2f}": "Each map is read through 9 weights.",
            f"{0.01 * inputs / 2:.2f}": "Random signs cancel: the sum grows with the root of the number of inputs.",
        },
        f"$\\sigma\\sqrt{{F/2}}$ with F = {inputs:,}.",
    )


def chain(random: Random) -> Item:
    """The gradient of a weight in a row of weights."""
    n, more = random.randrange(6, 12), random.randrange(3, 7)
    return Item(
        f"{n} equal weights in a row start at ½ and are trained so that their product becomes 1. Beside them, a row of "
        f"{n + more}. By about which factor is the first gradient of each weight smaller there?",
        str(2**more),
        {
            str(2 * more): "Each further weight halves the gradient of all others: the factors multiply.",
            f"{(n + more) / n:.1f}": "In proportion to the number of layers; but a product falls faster.",
            str(more): "The number of further weights. Each of them is a factor of ½.",
        },
        f"A weight's gradient holds all other weights as factors, and {more} more of them are ½ each.",
    )


def copies(random: Random) -> Item:
    """Why a layer that copies changes nothing."""
    maps = random.choice((16, 32, 64, 128))
    return Item(
        f"A 3×3 convolution that copies {maps} maps, with a ReLU behind it, is put behind a ReLU of VGG. "
        "Why does the network answer as before?",
        "What comes in is nowhere below zero, so the second ReLU cuts nothing.",
        {
            "The next layer learns to make up for what the ReLU cuts.": "Nothing is learnt yet: it holds at once.",
            "The copy keeps the mean and the spread of each map.": "He's weights do so, and they change the answer.",
            "It has as many weights as the layer before.": "The number of weights says nothing about what they do.",
        },
        "A ReLU of a ReLU is the ReLU itself; a tanh of a tanh would be something else.",
    )


def pairs(random: Random) -> Item:
    """What a pair of rows in a table of results can tell."""
    c, d = trace(CATALOGUE["vgg-C"]), trace(D)
    grown = d["pool5"].receptive_field - c["pool5"].receptive_field
    asked = {
        "Does a ReLU help more if a window comes with it?": "",
        "Do more ReLUs help?": "C and D have equally many ReLUs. B and C would answer that.",
        "Do more layers help?": "C and D have 16 layers with weights each.",
        "Do more maps help?": "C and D have equally many maps.",
    }
    right, *_ = asked
    return Item(
        "C has three windows of 1×1 where D has 3×3, and is otherwise the same. "
        f"D sees {grown} pixels further and has a lower error. On which question does this pair bear?",
        right,
        {question: slip for question, slip in asked.items() if slip},
        "Depth and number of ReLUs are equal; window, field and weights differ.",
    )


QUESTIONS = (name, pair, flat, wider, doubling, head, factor, chain, copies, pairs)
