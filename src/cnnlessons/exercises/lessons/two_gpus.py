"""Exercises of "Cut a network in two"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "alexnet/two-gpus"

EXERCISES = (
    Exercise(
        "cut-your-link",
        "What does your link allow?",
        "warm-up",
        4,
        "A PCIe 2.0 link moves at most 8 GB a second each way. A step of 128 images took AlexNet about 0.58 seconds, "
        "if 90 passes over 1.2 million images took five to six days, and the two halves sent 32 MB. How many per cent "
        "of a step went into sending, at best?",
        Number("%", within=0.015),
        right=("100 * 0.032 / 8 / 0.58",),
        slips=(
            instead("100 * 0.244 / 8 / 0.58", "That would be the cut batch, with its gradients of all weights."),
            instead("100 * 8 * 0.032 / 8 / 0.58", "The link's 8 GB are bytes, not bits."),
            instead("0.032 / 8 / 0.58", "That is the share; per cent are a hundred times as many."),
            instead("100 * 32 / 8 / 0.58", "32 MB are 0.032 GB."),
        ),
        hints=("First the seconds: MB by MB a second.",),
        same={
            "mine = 99 * 0.032 / 8 / 0.58": "A hundredth more or less is not seen at two digits.",
            "mine = 101 * 0.032 / 8 / 0.58": "A hundredth more or less is not seen at two digits.",
        },
        why='4 ms, 0.7 per cent of a step: "an acceptable fraction of the amount of computation", with a margin. The '
        "244 MB of the cut batch would have taken 30 ms, 5 per cent: bearable too, had the network fitted on a card.",
    ),
    Exercise(
        "cut-four-devices",
        "Four devices",
        "core",
        4,
        "AlexNet on four devices, with four groups where it has two: conv3 still reads all 256 maps of 13×13. How many "
        "numbers does each device *receive* before conv3, for one image?",
        Number("numbers"),
        right=("256 * 13 * 13 * 3 / 4",),
        slips=(
            instead("256 * 13 * 13 / 2", "That is for two devices, where each lacks one half."),
            instead("256 * 13 * 13 / 4", "Each device has that part already. What does it lack?"),
            instead("256 * 13 * 13", "Its own part it has already."),
        ),
        hints=("Which part of the maps does a device have?",),
        why="32,448 of 43,264, against 21,632 with two. The more devices, the nearer to all of it, while the work of "
        "each falls. So cutting a network stops paying at some count.",
    ),
    Exercise(
        "cut-grouped-conv",
        "A grouped convolution from two plain ones",
        "core",
        8,
        "Compute a convolution in two groups with two calls of `F.conv2d`, neither of which has groups: "
        "`mine(x, w, b)` returns what `F.conv2d(x, w, b, groups=2)` returns, for `x` of shape (N, C, H, W), weights "
        "(O, C/2, k, k) and biases (O).",
        Function(
            "[(torch.randn(1, 6, 5, 7), torch.randn(8, 3, 3, 3), torch.randn(8)),"
            " (torch.randn(2, 2, 4, 4), torch.randn(4, 1, 1, 1), torch.randn(4))]"
        ),
        given="import torch\nfrom torch.nn import functional as F",
        start="def mine(x, w, b):\n    ...",
        right=(
            "def mine(x, w, b):\n"
            "    x1, x2 = x.chunk(2, dim=1)\n"
            "    (w1, w2), (b1, b2) = w.chunk(2), b.chunk(2)\n"
            "    one, two = F.conv2d(x1, w1, b1), F.conv2d(x2, w2, b2)\n"
            "    return torch.cat([one, two], dim=1)",
            "def mine(x, w, b):\n"
            "    c, o = x.shape[1] // 2, len(w) // 2\n"
            "    one = F.conv2d(x[:, :c], w[:o], b[:o])\n"
            "    return torch.cat([one, F.conv2d(x[:, c:], w[o:], b[o:])], 1)",
        ),
        slips=(
            edit(
                "[one, two], dim=1",
                "[one, two], dim=0",
                "That puts the halves behind each other as images. They are maps of the same image.",
            ),
            edit(
                "torch.cat([one, two], dim=1)",
                "one + two",
                "Each group makes maps of its own. Adding them up is what one group does.",
            ),
            edit("F.conv2d(x2, w2, b2)", "F.conv2d(x1, w2, b2)", "The second group reads the second half of the maps."),
            edit(
                "F.conv2d(x1, w1, b1), F.conv2d(x2, w2, b2)",
                "F.conv2d(x1, w1), F.conv2d(x2, w2)",
                "The biases are missing: one for each map that comes out.",
            ),
        ),
        hints=("`x.chunk(2, dim=1)` cuts the maps in two, `w.chunk(2)` the kernels.",),
        why="Each half reads its own maps with its own kernels, and nothing crosses: this is what one GPU of 2012 did "
        "for conv2, conv4 and conv5.",
    ),
    Exercise(
        "cut-half-a-batch",
        "Half a batch",
        "core",
        4,
        "The mean of the gradients of 64 and of 64 other images is the gradient of all 128, if the loss is a mean over "
        "images. Which of these layers breaks that?",
        Choice(("max pooling", "local response normalisation", "batch normalisation", "a grouped convolution")),
        right=("batch normalisation",),
        slips=(
            instead("max pooling", "It looks at one image at a time, at one map even."),
            instead("local response normalisation", "It divides by what neighbouring maps of the *same* image say."),
            instead("a grouped convolution", "Groups divide the maps of an image, not the images."),
        ),
        hints=("Which layer computes something about an image from other images?",),
        why="Batch normalisation subtracts the mean of *the batch*, and half a batch has another one; "
        "`nn.SyncBatchNorm` exchanges it. Where each image is computed by itself, the mean of two means of 64 is the "
        "mean of 128.",
    ),
    Exercise(
        "cut-unequal-parts",
        "Average unequal parts",
        "core",
        6,
        "A batch is cut over several devices, not always evenly. `mine(gradients, images)` gets a list with the mean "
        "gradient of each device's images, and a list of how many images each had. It returns the gradient of the "
        "whole batch.",
        Function(
            "[([torch.tensor([1., 2.]), torch.tensor([3., -1.])], [96, 32]),"
            " ([torch.ones(2, 3), torch.zeros(2, 3), torch.full((2, 3), 5.)], [10, 20, 30])]"
        ),
        given="import torch",
        start="def mine(gradients, images):\n    ...",
        right=(
            "def mine(gradients, images):\n"
            "    total = sum(n * g for g, n in zip(gradients, images))\n"
            "    return total / sum(images)",
        ),
        slips=(
            edit(
                "n * g for g, n in",
                "g for g, n in",
                "These are means of different numbers of images. Undo that before you add them up.",
            ),
            edit(
                "    return total / sum(images)",
                "    return total",
                "That is the sum over all images. The loss is a mean.",
            ),
            edit("total / sum(images)", "total / len(images)", "Divide by all images, not by the number of devices."),
            instead(
                "def mine(gradients, images):\n    return sum(gradients) / len(gradients)",
                "That is right for equal parts. Here an image on a device with few of them would count more.",
            ),
        ),
        same={
            "total = sum((n * g for g, n in zip(images, gradients)))": "A product does not mind the order.",
        },
        why="Each image counts the same, so the mean of a device counts as often as it has images.",
    ),
    Exercise(
        "cut-never-meet",
        "Never meet",
        "core",
        6,
        "Cut conv3 of the program's AlexNet into two groups as well. How many numbers does each half then send for an "
        "image, in the forward pass, up to the loss?",
        Number("numbers"),
        given="from dataclasses import replace\n\n"
        "from cnnlessons import CATALOGUE, trace\n"
        "from cnnlessons.draw.halves import crossing\n\n"
        'alexnet = CATALOGUE["alexnet-2012-program"]',
        right=(
            'apart = alexnet.change(conv3=replace(alexnet["conv3"], groups=2))\n'
            "mine = sum(crossing(trace(apart)).values())",
            "6 * 6 * 256 // 2 + 4096 // 2 + 4096 // 2 + 1000 // 2",
        ),
        slips=(
            edit("groups=2", "groups=1", "That is AlexNet as it was: conv3 reads both halves."),
            edit(
                "sum(crossing(trace(apart)).values())",
                'crossing(trace(apart))["fc6"]',
                "That is how many cross before fc6. There are further exchanges behind it.",
            ),
            edit(
                "sum(crossing(trace(apart)).values())",
                'sum(crossing(trace(apart)).values()) - crossing(trace(apart))["loss"]',
                "The loss needs the scores of both halves, too.",
            ),
        ),
        hints=("Follow the arrows of the figure: which ones are left?",),
        why="9,204, all in the fully connected layers. The two columns of convolutions know nothing of each other. The "
        "released program trained such a network, 150, with columns a little wider: 1.2 points worse than AlexNet, one "
        "run each.",
    ),
    Exercise(
        "cut-bytes",
        "Bytes of either cut",
        "challenge",
        8,
        "Write the comparison as a function: `mine(params, sent, images)` returns two numbers, the bytes that one of "
        "two devices sends in a training step if the network is cut, and if the batch is cut. The network has `params` "
        "parameters; if it is cut, a device sends `sent` numbers for each image in the forward pass, and as many "
        "gradients in the backward pass. A number has four bytes.",
        Function("[(61_000_000, 30_836, 128), (1_000, 50, 3), (25_000_000, 400_000, 32)]"),
        start="def mine(params, sent, images):\n    ...",
        right=("def mine(params, sent, images):\n    return 8 * sent * images, 4 * params",),
        slips=(
            edit("8 * sent", "4 * sent", "The gradients of the maps cross as well, in the backward pass."),
            edit("4 * params", "4 * params * images", "Gradients are summed over the images before they are sent."),
            edit("4 * params", "2 * params", "Half of the images do not make half of the gradients."),
            edit("8 * sent * images", "8 * sent", "Each image of the batch has maps of its own."),
        ),
        hints=("Which of the two grows with the batch?",),
        why="The first grows with the batch, the second does not: for AlexNet they meet near a thousand images. In "
        "the third case, with wide maps, they meet at 31 images.",
    ),
)
