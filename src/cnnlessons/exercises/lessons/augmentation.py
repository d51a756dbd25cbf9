"""Exercises of "Crop and mirror, but keep the label"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Names, Number

LESSON = "alexnet/augmentation"
LETTERS = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ")

EXERCISES = (
    Exercise(
        "crop-windows",
        "Windows of a small image",
        "warm-up",
        3,
        "Windows of 28×28 are cut out of images of 32×32, at all places, each as it is and mirrored. How many "
        "different windows does one image give?",
        Number("windows"),
        right=("(32 - 28 + 1) ** 2 * 2",),
        slips=(
            edit("32 - 28 + 1", "32 - 28", "That is how far a window can move. It can also stay."),
            instead("(32 - 28 + 1) ** 2", "Each window is also there in its mirror image."),
            instead("(32 - 28 + 1) * 2", "A window moves to the right *and* down."),
        ),
        why="Five places in each direction and two sides: 50. The scheme of AlexNet, at the same proportions, has "
        "2,178.",
    ),
    Exercise(
        "crop-how-many-seen",
        "Windows that it saw",
        "core",
        5,
        "A photo gives 50 different windows, and in each of 20 epochs one of them is drawn at random. How many "
        "different windows has the network seen of the photo, on average?",
        Number("windows", within=0.25),
        right=("50 * (1 - (49 / 50) ** 20)",),
        slips=(
            instead("20", "Some windows are drawn twice."),
            instead("50", "In 20 epochs not every window can come up."),
            instead("50 * (49 / 50) ** 20", "That is how many have *not* been seen."),
            edit("** 20", "* 20", "All 20 draws have to miss a window: their chances are multiplied."),
        ),
        hints=("What is the chance that one window is missed by all 20 draws?",),
        why="About 16.6. Of AlexNet's 2,178 windows 90 epochs show about 88: the training set was never 2,048 times as "
        "large, it was some 88 times as large.",
    ),
    Exercise(
        "crop-too-far",
        "Too far",
        "core",
        10,
        '`augment=("shift",)` pads each digit by four pixels and cuts a window of the old size, so that it moves by up '
        "to 4 pixels. A reader of 28×28 learns from 200 digits this way, another one without; the test digits are as "
        "centred as always. How does the first one read them, compared with the second? Try it, with three seeds.",
        Choice(
            ("clearly worse", "a little better", "better by ten points or more", "better than with crops by 2 pixels")
        ),
        right=("a little better",),
        slips=(
            instead("clearly worse", "Its digits are harder, but each of them could have been in the data. Try it."),
            instead(
                "better by ten points or more",
                "The test digits are centred, so much of what it learns is never asked for.",
            ),
            instead(
                "better than with crops by 2 pixels",
                "Twice as far is not twice as good: how far do the digits of the test lie from the middle?",
            ),
        ),
        hints=("In the lesson's `reader` the first fully connected layer has to read 16·4·4 numbers then.",),
        why="86 to 88 % of the new digits against 84 to 86 %, in three runs of ours, and no better than crops, which "
        "move by half as much. After 30 epochs this reader still misreads one in ten of its training images.",
    ),
    Exercise(
        "crop-letters",
        "Letters",
        "core",
        4,
        "Which capital letters, printed plainly, may be mirrored left to right without harm? Answer with a list of "
        "them.",
        Names(LETTERS),
        right=('list("AHIMO") + list("TUVWXY")',),
        slips=(
            instead('list("BCDEHIKOX")', "Those may be turned top to bottom."),
            instead('list("HINOSXZ")', "Those may be rotated by half a turn."),
            instead(f'list("{"".join(LETTERS)}")', "Most letters have a left and a right."),
            instead('list("HIOX")', "Those may be mirrored either way. Others have at least an upright axis."),
        ),
        hints=("Fold the letter along an upright line in its middle.",),
        why="A, H, I, M, O, T, U, V, W, X and Y. Of road signs it is one that only forbids entry, but no arrow, no "
        "curve and no text. Mirror what could have been in the data, mirrored, with the same label.",
    ),
    Exercise(
        "crop-flip-trap",
        "Flips in a batch",
        "warm-up",
        3,
        "A batch of 100 copies of one digit goes through `v2.RandomHorizontalFlip()` in a single call. How many "
        "different images come out?",
        Number("images"),
        right=("1",),
        slips=(
            instead("2", "That would be right if each image had a coin of its own. How often does the transform draw?"),
            instead("100", "A flip makes at most two different images of one."),
            instead("50", "There are only two images that could come out: the digit, and its mirror image."),
        ),
        why="One: the transform draws once a call, and a whole batch is mirrored or not. It is the same trap as with "
        "`RandomCrop`.",
    ),
    Exercise(
        "crop-each-its-own",
        "A place for each",
        "core",
        8,
        "Write `mine(batch, places, size)`: from each image of a batch (N, C, H, W) a window of `size`×`size`, whose "
        "upper left corner has the row and the column that `places` (N, 2) gives for *that* image.",
        Function(
            "[(torch.arange(2 * 5 * 6.).view(2, 1, 5, 6), torch.tensor([[0, 2], [1, 0]]), 3), "
            "(torch.rand(3, 2, 6, 6), torch.tensor([[2, 1], [0, 0], [1, 2]]), 4)]"
        ),
        given="import torch",
        start="def mine(batch, places, size):\n    ...",
        right=(
            "def mine(batch, places, size):\n"
            "    cuts = []\n"
            "    for image, (top, left) in zip(batch, places):\n"
            "        rows = image[:, top : top + size]\n"
            "        cuts.append(rows[:, :, left : left + size])\n"
            "    return torch.stack(cuts)",
        ),
        slips=(
            edit(
                "zip(batch, places)", "zip(batch, places[:1].expand(len(batch), -1))", "All are cut at the first place."
            ),
            edit("(top, left)", "(left, top)", "The row comes first: it counts from the top."),
            edit(
                "rows = image[:, top : top + size]",
                "rows = image[:, top : size]",
                "A slice ends at a place, not after a length.",
            ),
        ),
        hints=("`image[:, top:bottom, left:right]` is a window. Where is the bottom?",),
        why="A loop is slow and right; the package's `windows` does the same for the whole batch at once.",
    ),
    Exercise(
        "crop-flip-each",
        "A coin for each",
        "core",
        6,
        "Write `mine(batch, flips)`: the images of a batch (N, C, H, W), those mirrored left to right for which "
        "`flips` (N) is true, without a loop.",
        Function(
            "[(torch.arange(3 * 2 * 3.).view(3, 1, 2, 3), torch.tensor([True, False, True])), "
            "(torch.rand(2, 3, 4, 2), torch.tensor([False, False])), "
            "(torch.rand(4, 3, 4, 4), torch.tensor([False, True, False, False]))]"
        ),
        given="import torch",
        start="def mine(batch, flips):\n    ...",
        right=(
            "def mine(batch, flips):\n    return torch.where(flips[:, None, None, None], batch.flip(3), batch)",
            "def mine(batch, flips):\n"
            "    batch = batch.clone()\n"
            "    batch[flips] = batch[flips].flip(-1)\n"
            "    return batch",
        ),
        slips=(
            edit("batch.flip(3)", "batch.flip(2)", "That turns them upside down."),
            edit("batch.flip(3), batch", "batch, batch.flip(3)", "The other ones are mirrored."),
            instead(
                "def mine(batch, flips):\n    return batch.flip(3) if flips.any() else batch",
                "One coin for the whole batch: that is the trap.",
            ),
            edit("batch.flip(3)", "batch.flip(0)", "That exchanges the images of the batch."),
        ),
        hints=("`torch.where` chooses number by number, and stretches axes of length 1.",),
        why="The last axis runs from left to right. `flips` gets three axes of length 1, so that each image has its "
        "own coin.",
    ),
    Exercise(
        "crop-house-numbers",
        "House numbers",
        "core",
        3,
        "You read photos of house numbers, a digit each. Which of these changes keep every label?",
        Names(("mirror", "crop by two pixels", "half a turn", "darker by a fifth")),
        right=('["crop by two pixels"] + ["darker by a fifth"]',),
        slips=(
            instead('["crop by two pixels", "darker by a fifth", "mirror"]', "Look at a mirrored 2 or 7."),
            instead(
                '["crop by two pixels", "darker by a fifth", "half a turn"]', "What does a 6 become by half a turn?"
            ),
            instead('["crop by two pixels"]', "The light belongs to the day, not to the digit."),
        ),
        why="A fair change makes an image that could have been in the data with the same label. By half a turn a 6 is "
        "a 9, and in a mirror most digits are no digits.",
    ),
)
