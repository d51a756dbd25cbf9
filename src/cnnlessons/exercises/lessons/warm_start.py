"""Exercises of "Let a deep network inherit"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "vgg/warm-start"

EXERCISES = (
    Exercise(
        "warm-do-they-fit",
        "Who saw more images?",
        "warm-up",
        3,
        'VGG was trained for "370K iterations (74 epochs)" with batches of 256, AlexNet took 843,750 steps with '
        "batches of 128. How many images more did AlexNet see, counted each time it saw one?",
        Number("images"),
        right=("843_750 * 128 - 370_000 * 256",),
        slips=(
            instead("843_750 - 370_000", "That is how many steps more it took. The batches differ, too."),
            instead("843_750 * 256 - 370_000 * 256", "AlexNet's batches had 128 images."),
            instead("843_750 * 256 - 370_000 * 128", "The two batch sizes have changed places."),
        ),
        why="108 million against 94.7 million, and those are 74 epochs of 1.28 million: the paper's two numbers fit. "
        "VGG is deeper and needed fewer passes. The authors offer two reasons, as a conjecture: depth and small "
        "windows act as a regulariser, and some layers were inherited.",
    ),
    Exercise(
        "warm-where-a-copy-works",
        "Where a copy works",
        "core",
        4,
        "The trick with `dirac_` puts a layer that copies, with its activation, behind another one. With which of "
        "these activations does the network still compute exactly what it did?",
        Choice(("tanh", "sigmoid", "leaky ReLU", "ReLU6, which is min(max(a, 0), 6)")),
        right=("ReLU6, which is min(max(a, 0), 6)",),
        slips=(
            instead("tanh", "A tanh bends the values; a second one bends them again."),
            instead("sigmoid", "A sigmoid brings all values between 0 and 1, and a second one between 0.5 and 0.73."),
            instead("leaky ReLU", "What is below zero is multiplied by a small number, and then once more."),
        ),
        hints=("It must do nothing the second time.",),
        why="What lies between 0 and 6 stays where it is. Like the ReLU it does nothing the second time, and a copy "
        "needs an activation that does so.",
    ),
    Exercise(
        "warm-copy-kernel",
        "A layer that copies",
        "core",
        6,
        "Write `dirac_` yourself: `mine(maps, k)` returns weights of the shape (maps, maps, k, k) with which a k×k "
        "convolution, padded and without bias, returns its input. The side k is odd.",
        Function("[(3, 3), (2, 5), (4, 1)]"),
        given="import torch",
        start="def mine(maps, k):\n    ...",
        right=(
            "def mine(maps, k):\n"
            "    w = torch.zeros(maps, maps, k, k)\n"
            "    for i in range(maps):\n"
            "        w[i, i, k // 2, k // 2] = 1\n"
            "    return w",
            "def mine(maps, k):\n    return torch.nn.init.dirac_(torch.empty(maps, maps, k, k))",
        ),
        slips=(
            edit(
                "w[i, i, k // 2, k // 2] = 1",
                "w[i, :, k // 2, k // 2] = 1",
                "That adds up all maps. Map i should read map i only.",
            ),
            edit(
                "w[i, i, k // 2, k // 2] = 1",
                "w[i, i, 0, 0] = 1",
                "That copies and moves the image. Which cell of the window lies over the place itself?",
            ),
            edit("w[i, i, k // 2, k // 2] = 1", "w[i, i] = 1 / k**2", "That is a mean over the window: it blurs."),
        ),
        hints=("All weights are 0, but for one in each kernel from a map to itself.",),
        why="One 1 for each map, in the middle of the window from map i to map i.",
    ),
    Exercise(
        "warm-inherit",
        "Inherit by name",
        "core",
        8,
        "Write what the lesson's `inherit` does to weights: `mine(parent, child, names)` returns a new dictionary, "
        "`child` with all weights and biases of the layers in `names` taken from `parent`. Keys are those of a "
        '`state_dict`, such as `"conv1_1.weight"` or `"features.0.bias"`; numbers stand in for tensors here.',
        Function(
            "[({'fc1.weight': 1., 'fc1.bias': 2., 'fc10.weight': 3.},"
            " {'fc1.weight': 9., 'fc1.bias': 8., 'fc10.weight': 7., 'new.weight': 6.}, ['fc1']),"
            " ({'a.0.weight': 1., 'a.1.weight': 2., 'b.bias': 3.},"
            " {'a.0.weight': 4., 'a.1.weight': 5., 'b.bias': 6.}, ['a.1', 'b'])]"
        ),
        start="def mine(parent, child, names):\n    ...",
        right=(
            "def mine(parent, child, names):\n"
            "    heir = dict(child)\n"
            "    for key, value in parent.items():\n"
            "        if key.rsplit('.', 1)[0] in names:\n"
            "            heir[key] = value\n"
            "    return heir",
            "def mine(parent, child, names):\n"
            "    taken = {f'{name}.{what}' for name in names for what in ('weight', 'bias')}\n"
            "    return child | {key: parent[key] for key in taken & parent.keys()}",
        ),
        slips=(
            edit(
                "key.rsplit('.', 1)[0] in names",
                "key.startswith(tuple(names))",
                "`fc10` begins with `fc1` as well, and was not to be copied.",
            ),
            edit(
                "key.rsplit('.', 1)[0] in names",
                "key.split('.')[0] in names",
                "A name may have dots of its own, as in `features.0`. Take off the last part only.",
            ),
            edit(
                "            heir[key] = value",
                "            heir[key.replace('bias', 'weight')] = value",
                "Each key goes with its own value.",
            ),
            edit(
                "        if key.rsplit('.', 1)[0] in names:\n            heir[key] = value",
                "        heir[key] = value",
                "That copies all layers of the parent. Only those in `names` are wanted.",
            ),
        ),
        hints=("What stands in front of the last dot is the layer's name.",),
        why="A state dict has a key for each parameter, LAYER.weight and LAYER.bias, where the layer's name may have "
        "dots. `load_state_dict` of a single layer, as in the lesson, saves you from this.",
    ),
    Exercise(
        "warm-nearly-everything",
        "Nearly everything",
        "core",
        8,
        "D inherits all eleven layers of A. Its five others, conv1_2, conv2_2, conv3_3, conv4_3 and conv5_3, are drawn "
        "with σ = 0.01 at full width, and each passes on $\\sigma\\sqrt{F/2}$ of a signal. Which share of the signal "
        "do the five leave, all together, to two digits?",
        Number(),
        given="from math import prod, sqrt\n\nfrom cnnlessons import CATALOGUE, trace",
        right=(
            "d = trace(CATALOGUE['vgg-D'])\n"
            "new = ('conv1_2', 'conv2_2', 'conv3_3', 'conv4_3', 'conv5_3')\n"
            "mine = prod(0.01 * sqrt(9 * d[name].shape_in[0] / 2) for name in new)",
        ),
        slips=(
            edit(
                "9 * d[name].shape_in[0] / 2",
                "9 * d[name].shape_in[0]",
                "In front of each of them stands a ReLU, which halves the squares.",
            ),
            edit("9 * d[name].shape_in[0] / 2", "d[name].shape_in[0] / 2", "Each map is read through 9 weights."),
            edit(
                "'conv1_2', 'conv2_2', 'conv3_3', 'conv4_3', 'conv5_3'",
                "'conv1_1', 'conv2_1', 'conv3_1', 'conv4_1', 'conv5_1'",
                "These were inherited. The new ones come later in their blocks, and read as many maps as they make.",
            ),
        ),
        hints=("They read 64, 128, 256, 512 and 512 maps.",),
        why="0.17, 0.24, 0.34, 0.48 and 0.48 make 0.0032: a trained layer behind them hears some three thousandths "
        "of what it was trained to hear. With pixels of 0 … 1 this D does not wake within two epochs. It is not the "
        "whole story: B's six new layers leave 0.0015, and B wakes in the record, with larger pixels and "
        "longer training.",
    ),
    Exercise(
        "warm-one-scale",
        "One S for all",
        "core",
        6,
        "With S jittered evenly between 256 and 512, a window of 224×224 covers a share of the photo that is in "
        "proportion to 1/S². The mean of 1/S² between a and b is 1/(a·b). Which fixed S covers as large a share as the "
        "jittered one does on average?",
        Number("pixels", within=0.3),
        right=("(256 * 512) ** 0.5",),
        slips=(
            instead("(256 + 512) / 2", "The mean of S is not what counts: a share falls with the square of S."),
            instead("2 / (1 / 256 + 1 / 512)", "That would be the mean of 1/S, without the square."),
            instead("256 * 512", "That is S². Take the root."),
        ),
        why="√(256·512) = 362. A window covers 26 % of a photo of 640×427 on average, as with S = 362, which sees one "
        "size only. If jittering is about sizes, it should beat that one; the paper has no such network.",
    ),
    Exercise(
        "warm-images-for-a-ruler",
        "A finer ruler",
        "challenge",
        8,
        "Of two networks only one is right on 15 % of the test images. Then their errors differ by luck with a "
        "standard deviation of $\\sqrt{d/n}$, where d is 0.15 and n the number of images. How many images does a test "
        "set need for three standard deviations to be 0.3 points?",
        Number("images"),
        right=("0.15 * (3 / 0.003) ** 2",),
        slips=(
            instead("0.15 / 0.003**2", "That is for one standard deviation. Three are asked for."),
            instead("0.15 * (3 / 0.3) ** 2", "0.3 points are 0.003 as a share."),
            instead("0.15 * 3 / 0.003", "The root has to be undone: n grows with a square."),
        ),
        hints=("Solve $3\\sqrt{d/n} = 0.003$ for n.",),
        why="150,000, three times ImageNet's 50,000 validation images. 0.3 points lie between D and E in "
        "Table 3, at one scale. A new training would bring luck of its own, which no number of images removes.",
    ),
)
