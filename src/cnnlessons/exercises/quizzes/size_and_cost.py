"""Ten questions on input sizes, memory and cost (session size-and-cost)."""

from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks import CATALOGUE, trace
from cnnlessons.networks.input_sizes import unread
from cnnlessons.networks.layers import count_windows

MIB = 2**20
VGGS = {"vgg-A": "VGG-11", "vgg-B": "VGG-13", "vgg-D": "VGG-16", "vgg-E": "VGG-19"}


def largest(random: Random) -> Item:
    """The largest size that ends in the maps wanted."""
    pools, side = random.choice((3, 4, 5)), random.randrange(4, 10)
    smallest = side * 2**pools
    right = smallest
    while _pooled(right + 1, pools) == side:
        right += 1
    return Item(
        f"The convolutions of a network keep the size of a map; each of its {pools} pools halves it, rounding down. "
        f"Its first dense layer wants maps of {side}×{side}, so {smallest}×{smallest} fits. "
        "What is the largest square image that fits?",
        f"{right}×{right}",
        {
            f"{smallest}×{smallest}": "The smallest. Every size that the pools round down to the same maps fits too.",
            f"{smallest + pools}×{smallest + pools}": "One more for each pool. Each pool doubles what is let through.",
            f"{right + 1}×{right + 1}": f"From there on the last pool returns {side + 1}, one too many.",
        },
        f"{pools} pools let 2^{pools} = {2**pools} sizes end alike: {smallest} to {right}.",
    )


def _pooled(n: int, pools: int) -> int:
    """The side of a map behind so many pools of 2×2."""
    for _ in range(pools):
        n = count_windows(n, 2, 2)
    return n


def border(random: Random) -> Item:
    """Rows that the pools swallow."""
    n = random.choice((33, 34, 35))
    right = unread(trace(CATALOGUE["lenet-003-corrected"], (1, n, n)))
    none = "No error does not mean that everything is read: a pool leaves over what does not fill a window."
    wrong = {
        33: {
            0: none,
            2: "That would be a row that the second pool leaves over. It gets 10 rows here, an even number.",
            3: "For both pools. The second one gets 10 rows here and leaves nothing over.",
        },
        34: {
            0: none,
            1: "A row in front of the second pool stands for two rows of pixels.",
            3: "For both pools. The first one gets 30 rows here and leaves nothing over.",
        },
        35: {
            0: none,
            1: "The first pool leaves a row over. So does the second.",
            2: "The second pool leaves a row over, worth two. So does the first.",
        },
    }[n]
    return Item(
        f"A LeNet made for 32×32 (5×5 convolution, 2×2 pool, 5×5 convolution, 2×2 pool, dense layers) also takes "
        f"{n}×{n}. How many rows of pixels at the lower edge have no influence on its answer?",
        str(right),
        {str(rows): said for rows, said in wrong.items()},
        f"The pools leave rows over; what is read is the upper left 32×32, so {right} of {n} rows are not.",
    )


def saved_by_average(random: Random) -> Item:
    """Weights that an average in front of a dense layer saves."""
    maps, side, units = random.choice((64, 128, 256, 512)), random.choice((5, 6, 7)), random.choice((1000, 2048, 4096))
    flat, averaged = maps * side**2 * units, maps * units
    return Item(
        f"A network ends in {maps} maps of {side}×{side}, and a dense layer of {units:,} units reads them flattened. "
        "Now each map is averaged to one number first. How many weights fewer has the dense layer (biases aside)?",
        f"{flat - averaged:,}",
        {
            f"{flat:,}": "All that it had. It still has a weight for each average.",
            f"{averaged:,}": "Those are the weights that stay.",
            f"{(side**2 - 1) * units:,}": f"Counted for one map; there are {maps}.",
        },
        f"Each unit had {side}·{side} weights for a map and keeps one: {maps}·({side}·{side} − 1)·{units:,}.",
    )


def as_convolution(random: Random) -> Item:
    """Which kernels a dense layer has."""
    maps, side, units = random.choice((16, 32, 50)), random.choice((4, 5, 6)), random.choice((100, 120, 500))
    return Item(
        f"A dense layer of {units} units reads {maps} maps of {side}×{side}. It is to be written as a convolution with "
        "the same numbers, so that the network slides over larger images. Which kernels does it get?",
        f"{units} kernels of {side}×{side}, each over {maps} maps",
        {
            f"{maps} kernels of {side}×{side}, each over {units} maps": "Input and output swapped.",
            f"{units} kernels of 1×1, each over {maps} maps": "So for the dense layers behind it.",
            f"{units} kernels of {side}×{side}, each over one map": f"A unit reads all {maps} maps.",
        },
        f"A unit has {maps}·{side}·{side} weights: a kernel that fits in just one place of a {side}×{side} map.",
    )


def places(random: Random) -> Item:
    """Answers on a page."""
    down, across = random.randrange(8, 20), random.randrange(24, 40)
    h, w = 32 + 4 * down, 32 + 4 * across
    _, rows, columns = trace(CATALOGUE["lenet-fcn"], (1, h, w))[-1].shape_out
    return Item(
        f"A LeNet whose dense layers are convolutions reads windows of 32×32, 4 pixels apart. It is given a page "
        f"of {h}×{w}. At how many places does it answer?",
        f"{rows * columns:,}",
        {
            f"{down * across:,}": "The steps in each direction. The first window counts too.",
            f"{(h // 4) * (w // 4):,}": "One for every 4×4 pixels, but the last window must end on the page.",
            f"{(h // 32) * (w // 32):,}": "Windows side by side. They overlap: neighbours are 4 pixels apart.",
        },
        f"{rows} rows, ({h} − 32)/4 + 1, of {columns}, ({w} − 32)/4 + 1.",
    )


def fixed_part(random: Random) -> Item:
    """Weights, gradients and momentum in MiB."""
    id = random.choice(tuple(VGGS))
    params = trace(CATALOGUE[id]).params
    return Item(
        f"{VGGS[id]} has {params:,} parameters of 4 bytes and is trained with momentum. About how many MiB (of 2²⁰ "
        "bytes) does a training step need that do not depend on the batch?",
        f"{3 * 4 * params / MIB:,.0f}",
        {
            f"{4 * params / MIB:,.0f}": "The weights alone. Each of them also has a gradient and a momentum.",
            f"{2 * 4 * params / MIB:,.0f}": "Weights and gradients. Momentum is one number more for each weight.",
            f"{3 * params / MIB:,.0f}": "Numbers counted, not bytes: each has four.",
        },
        f"Weights, gradients and momentum: 3·4·{params:,} bytes.",
    )


def four_times(random: Random) -> Item:
    """Memory is a line over the batch size."""
    fixed, each, batch = random.randrange(600, 1600, 100), random.choice((4, 12, 40, 70)), random.choice((8, 16, 32))
    once, twice, right = (fixed + each * batch * n for n in (1, 2, 4))
    return Item(
        f"A training step needs {once:,} MiB with {batch} images and {twice:,} MiB with {2 * batch}. "
        f"How many MiB does it need with {4 * batch}?",
        f"{right:,}",
        {
            f"{4 * once:,}": "Four times everything. Weights, gradients and momentum stay as they are.",
            f"{2 * twice:,}": "Twice the second figure: then the fixed part would double too.",
            f"{twice + (twice - once):,}": f"That is for {3 * batch} images, one batch more.",
        },
        f"A straight line: {each} MiB an image and {fixed:,} MiB for none.",
    )


def forgotten(random: Random) -> Item:
    """What batch normalisation leaves behind."""
    return Item(
        "A network repeats convolution, batch normalisation, ReLU and max pooling. Nothing is done in place. "
        "Whose output does PyTorch *not* keep for the backward pass?",
        "the batch normalisation's",
        {
            "the convolution's": "It is the input of the batch normalisation, which keeps its input.",
            "the ReLU's": "ReLU keeps what it returned: where that is above 0, the slope is 1.",
            "the max pooling's": "It is the input of the next convolution, which needs it for its weights' gradients.",
        },
        "ReLU tells its slope from its own output, so what it was given, the normalised maps, is needed by nobody.",
    )


def longer_of_two(random: Random) -> Item:
    """Reading or multiplying, whichever takes longer."""
    weights, batch = random.choice((20, 40, 60, 80)), random.choice((4, 8, 32))
    reading, multiplying = random.choice((10, 20)), 50
    read, work = 4 * weights / reading, batch * weights / multiplying
    short = "reading the weights" if read < work else "multiplying"
    return Item(
        f"A dense layer has {weights} million weights of 4 bytes. A processor reads {reading} GB a second from memory "
        f"and multiplies {multiplying} billion times a second, both at once. What is the least time for a batch of "
        f"{batch} images, the weights being read once?",
        f"{max(read, work):g} ms",
        {
            f"{min(read, work):g} ms": f"That is for {short} alone; the other of the two takes longer.",
            f"{read + work:g} ms": "Both added. They go on at the same time, so the longer one counts.",
            f"{batch * read:g} ms": "Fetched anew for each image. Once fetched, the weights serve the whole batch.",
        },
        f"Reading takes {read:g} ms, multiplying {work:g} ms; the longer one is the bound.",
    )


def wider(random: Random) -> Item:
    """Multiplications of a wider network."""
    times = random.choice((3, 4, 5))
    return Item(
        f"Every hidden layer of a deep convolutional network gets {times} times as many maps, of the same size as "
        "before. By which factor, nearly, do its multiplications grow?",
        str(times**2),
        {
            str(times): f"{times} times as many maps, but each of them also reads {times} times as many.",
            str(2 * times): "The two factors multiply; they do not add up.",
            str(times**3): "Maps in and maps out: two factors. The sides of the maps stay.",
        },
        f"{times} times as many maps, each of which reads {times} times as many: {times}·{times}.",
    )


QUESTIONS = (
    largest,
    border,
    saved_by_average,
    as_convolution,
    places,
    fixed_part,
    four_times,
    forgotten,
    longer_of_two,
    wider,
)
