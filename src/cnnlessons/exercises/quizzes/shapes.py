"""Ten questions on windows, shapes and pools (session 1)."""

from random import Random

from cnnlessons.exercises.quiz import Item
from cnnlessons.networks.layers import Conv, count_windows


def windows(random: Random) -> Item:
    """The formula, with its floor."""
    n, k, s = random.randrange(20, 40), random.choice((3, 5, 7)), random.choice((2, 3))
    right = count_windows(n, k, s)
    return Item(
        f"A window of {k} slides over a line of {n} at stride {s}, without padding. How many windows are there?",
        str(right),
        {
            str(right - 1): "Whole steps counted, the first window forgotten.",
            str(n - k + 1): "The stride left out.",
            str(right + 1): "Rounded up: the last window would reach past the end.",
        },
        f"⌊({n} − {k})/{s}⌋ + 1 = {right}.",
    )


def unread(random: Random) -> Item:
    """What the floor drops."""
    s, k = 4, random.choice((5, 7, 9))
    n = k + s * random.randrange(3, 8) + random.choice((1, 2, 3))
    right = (n - k) % s
    slips = {
        0: "That would need a length at which the last step ends exactly at the end.",
        1: "The steps do not end one cell before the end. Write out where the last window ends.",
        2: "The steps do not end two cells before the end. Write out where the last window ends.",
        3: "The steps do not end three cells before the end. Write out where the last window ends.",
    }
    return Item(
        f"A window of {k} slides over a line of {n} cells at stride {s}, without padding. "
        "How many cells at the end are read by nobody?",
        str(right),
        {str(cells): slip for cells, slip in slips.items() if cells != right},
        f"The last of {count_windows(n, k, s)} windows ends at cell {n - right}, and no error reports the rest.",
    )


def same_size(random: Random) -> Item:
    """Padding that gives back what a kernel takes."""
    k, n = random.choice((5, 7, 9, 11)), random.randrange(30, 60)
    right = next(p for p in range(k) if count_windows(n, k, 1, p) == n)
    return Item(
        f"A {k}×{k} convolution at stride 1 reads maps of {n}×{n}. Which padding keeps their size?",
        str(right),
        {
            str(k - 1): "So many zeros in all, but padding counts those of one end.",
            str(right - 1): f"The maps still shrink, to {count_windows(n, k, 1, right - 1)}.",
            str(k): f"The maps grow, to {count_windows(n, k, 1, k)}.",
        },
        f"From 2p = k − 1 follows p = {right}.",
    )


def weights(random: Random) -> Item:
    """Blocks, sheets and biases."""
    maps_in, maps_out, k = random.choice((3, 6, 8)), random.choice((10, 12, 20)), random.choice((3, 5))
    right = Conv("conv", maps_out, k).params((maps_in, 16, 16))
    return Item(
        f"How many numbers does `nn.Conv2d({maps_in}, {maps_out}, {k})` learn?",
        f"{right:,}",
        {
            f"{maps_out * (k * k + 1):,}": "One sheet a block. A block has a sheet for each map that goes in.",
            f"{maps_out * maps_in * k * k:,}": "The biases forgotten, one for each map that comes out.",
            f"{maps_out * maps_in * (k * k + 1):,}": "A bias for each sheet. It belongs to the block.",
        },
        f"{maps_out} blocks of {maps_in}·{k}·{k} weights and one bias each make {right:,}.",
    )


def response(random: Random) -> Item:
    """One window by hand."""
    left, right_side = random.sample(range(1, 6), 2)
    right = 3 * (right_side - left)
    return Item(
        "A 3×3 kernel has −1 in its left column, 0 in its middle one and +1 in its right one. It lies on a window "
        f"whose columns hold {left}, 0 and {right_side}, the same in each row. What is the response?",
        str(right).replace("-", "−"),
        {
            str(-right).replace("-", "−"): "The signs swapped: +1 lies on the right column.",
            str(right // 3).replace("-", "−"): "One row only. The window has three.",
            str(3 * (right_side + left)): "The minus sign lost.",
        },
        f"Each of three rows gives {right_side} − {left}, so the window gives " + str(right).replace("-", "−") + ".",
    )


def flattened(random: Random) -> Item:
    """A LeNet on another image, with other maps."""
    n, maps = random.choice((36, 40, 44, 48, 52)), random.choice((16, 24, 32))
    c3 = count_windows(count_windows(count_windows(n, 5), 2, 2), 5)
    side = count_windows(c3, 2, 2)
    right = maps * side**2
    return Item(
        f"An image of {n}×{n} goes through a convolution of 5, a pool of 2, a convolution of 5 with {maps} maps and "
        "a pool of 2, all without padding. How many numbers does `Flatten` return?",
        f"{right:,}",
        {
            f"{maps * c3**2:,}": "The second pool forgotten.",
            f"{maps * (n // 4) ** 2:,}": "Only the pools counted. Each convolution takes four pixels.",
            f"{side**2:,}": "That is one map.",
        },
        f"The sides go {n}, {n - 4}, {(n - 4) // 2}, {c3}, {side}, and {maps}·{side}² = {right:,}.",
    )


def field(random: Random) -> Item:
    """Field and jump through three layers."""
    first, second = random.choice((3, 7, 9)), random.choice((3, 5, 7))
    pooled = first + 1  # the pool of 2 adds one jump of 1
    right = pooled + (second - 1) * 2
    return Item(
        f"A convolution of {first}, a pool of 2 with stride 2, a convolution of {second}. "
        "How many pixels wide is the receptive field of one unit at the end?",
        str(right),
        {
            str(pooled + second - 1): "The jump left out: behind the pool, neighbours lie two pixels apart.",
            str(pooled * second): "Fields laid side by side. Neighbours' fields overlap.",
            str(right + 2): "One step too many: the first unit brings its whole field, the others 2 each.",
        },
        f"Behind the pool a unit sees {pooled} pixels; {second - 1} more steps of 2 make {right}.",
    )


def turned(random: Random) -> Item:
    """Cross-correlation under the name of convolution."""
    a, b, c = random.sample(range(1, 10), 3)
    return Item(
        f"PyTorch's `conv1d` slides the kernel {a} {b} {c} over the line 0 0 1 0 0. What does it return?",
        f"{c} {b} {a}",
        {
            f"{a} {b} {c}": "That flips the kernel first, as mathematics and NumPy do.",
            f"0 {b} 0": "The 1 lies under the middle of the kernel at one place, and under its ends at two others.",
            f"{a + b + c}": "Three windows fit, so three numbers come out.",
        },
        f"The first window is 0 0 1, and its 1 lies under the {c}.",
    )


def kept(random: Random) -> Item:
    """What two pools keep."""
    large = random.choice((8, 12, 16))
    small = random.choice((0, 4))
    mean = (large + 3 * small) // 4
    total = large + 3 * small
    return Item(
        f"A 2×2 window holds {large} {small} {small} {small}. What do max pooling and average pooling return?",
        f"{large} and {mean}",
        {
            f"{mean} and {large}": "The two exchanged.",
            f"{large} and {total}": "That is the sum. Average pooling divides by four.",
            f"{large} and {(large + small) // 2}": "The mean of the two different numbers. All four count.",
        },
        f"The largest is {large}, and {total}/4 = {mean}.",
    )


def whole_cells(random: Random) -> Item:
    """Strides and equivariance."""
    pools = random.choice((3, 4))
    right = 2**pools
    return Item(
        f"Behind {pools} max pools in a row, each of window and stride 2: what is the smallest shift of the image "
        "after which the map of *any* image is the old one, moved by whole cells?",
        f"{right} pixels",
        {
            "2 pixels": "That is enough for one pool. Each one doubles what a cell stands for.",
            f"{2 * pools} pixels": "Strides multiply, they do not add.",
            f"{pools} pixels": "The number of pools. A cell is wider than that.",
        },
        f"A cell of the map stands for 2 to the power {pools}, {right}, pixels, and only whole cells can move.",
    )


QUESTIONS = (windows, unread, same_size, weights, response, flattened, field, turned, kept, whole_cells)
