"""Exercises of "Wake a deep network"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "vgg/training-vgg"

CLIMB = """\
def climb(n, w=0.5, lr=0.01):
    v, path = 0.0, []
    while w**n < 0.5 and len(path) < 20_000:
        v = 0.9 * v + lr * (1 - w**n) * w ** (n - 1)
        w = w + v
        path.append(w**n)
    return path"""

EXERCISES = (
    Exercise(
        "deep-your-factor",
        "Your factor",
        "warm-up",
        4,
        "With which standard deviation of its weights does a 3×3 convolution that reads 64 maps, which come from a "
        "ReLU, keep a signal at its size?",
        Number(),
        right=("(2 / (9 * 64)) ** 0.5",),
        slips=(
            instead("(1 / (9 * 64)) ** 0.5", "That holds without ReLUs. Each of them takes away half of the squares."),
            instead("(2 / 64) ** 0.5", "Each of the 64 maps is read through a window of 9 weights."),
            instead("2 / (9 * 64)", "That is the variance. Asked is the standard deviation."),
        ),
        hints=("The factor of a layer with F inputs is $\\sigma\\sqrt{F/2}$.",),
        why="σ = √(2/F) = √(2/576) = 0.059; for 512 maps 0.021. These are He's weights.",
    ),
    Exercise(
        "deep-wait-for-it",
        "Wait for it",
        "core",
        5,
        "In the lesson's toy, let 16 weights start at $1/\\sqrt 2$, Glorot's factor with ReLUs, instead of ½. How many "
        "steps do they need?",
        Number("steps"),
        given=CLIMB,
        right=("len(climb(16, w=0.5**0.5))",),
        slips=(
            instead("len(climb(16))", "That is the start at ½. Give `climb` another `w`."),
            instead("len(climb(11, w=0.5**0.5))", "That is how many 11 weights need. There are 16."),
            instead("len(climb(16, w=2**0.5))", "√2 is larger than 1: the output is beyond its goal at once."),
        ),
        same={"mine = len(climb(16, w=-0.5 ** 0.5))": "Sixteen negative weights have the same product."},
        why="124 instead of 11,785, less than one epoch of the record, where the D from Glorot's weights wakes in its "
        "first or second. The toy has no right to be so close; take it as a direction.",
    ),
    Exercise(
        "deep-what-is-left",
        "What is left of a signal",
        "core",
        8,
        "Write the rule of the lesson as a function: `mine(sigma, reads)` returns by which factor a stack of 3×3 "
        "convolutions multiplies a signal. `reads` lists how many maps each convolution reads, in order; the weights "
        "of all have the standard deviation `sigma`. There is a ReLU behind each convolution, and none in front of the "
        "first.",
        Function("[(0.01, [3, 64, 64]), (0.1, [3]), (0.05, [1, 8, 16, 32]), (0.2, [3, 7])]"),
        given="from math import sqrt",
        start="def mine(sigma, reads):\n    ...",
        right=(
            "def mine(sigma, reads):\n"
            "    left = 1.0\n"
            "    for n, maps in enumerate(reads):\n"
            "        left *= sigma * sqrt(9 * maps / (2 if n else 1))\n"
            "    return left",
            "from math import prod\n\n"
            "def mine(sigma, reads):\n"
            "    return sqrt(2) * prod(sigma * sqrt(9 * maps / 2) for maps in reads)",
        ),
        slips=(
            edit("(2 if n else 1)", "2", "The first convolution reads pixels: no ReLU has halved their squares."),
            edit(
                "9 * maps / (2 if n else 1)",
                "9 * maps",
                "Between two convolutions stands a ReLU, which takes away half of the squares.",
            ),
            edit("9 * maps / (2 if n else 1)", "maps / (2 if n else 1)", "A unit reads a window of 3×3 from each map."),
            edit(
                "sigma * sqrt(9 * maps / (2 if n else 1))",
                "sigma * 9 * maps / (2 if n else 1)",
                "Random signs cancel: a sum of F terms grows with the root of F.",
            ),
        ),
        hints=("The factors of all layers multiply; one of them is special.",),
        why="With σ = 0.01 and D's thirteen convolutions it gives 9·10⁻⁸.",
    ),
    Exercise(
        "deep-mend-the-start",
        "Mend a start",
        "core",
        6,
        "Somebody's network stalls, although it starts from \"He's weights\". Mend the function: it gets the weights "
        "of a convolution (maps out, maps in, rows, columns) or of a fully connected layer (out, in) and should return "
        "the standard deviation from which they are drawn.",
        Function("[(torch.zeros(8, 3, 5, 3),), (torch.zeros(16, 32, 1, 1),), (torch.zeros(10, 84),)]"),
        given="import torch\n\ndef theirs(weight):\n    return (1 / weight[0].numel()) ** 0.5",
        start="def mine(weight):\n    ...",
        right=(
            "def mine(weight):\n    return (2 / weight[0].numel()) ** 0.5",
            "def mine(weight):\n    return (2 * len(weight) / weight.numel()) ** 0.5",
        ),
        slips=(
            edit(
                "2 / weight[0].numel()",
                "1 / weight[0].numel()",
                "That is theirs: it keeps a signal in a network *without* ReLUs.",
            ),
            edit("weight[0].numel()", "weight.shape[1]", "A unit reads a whole window of each map, not one number."),
            edit(
                "weight[0].numel()",
                "weight[:, 0].numel()",
                "That counts what reads an input, the fan-out. A sum grows with what it adds up.",
            ),
            edit(
                "weight[0].numel()",
                "weight.numel()",
                "That counts all weights of the layer. How many does one unit have?",
            ),
        ),
        hints=("`weight[0]` is one kernel: all that one unit reads. What does the ReLU do to the squares of it?",),
        same={
            "return (2 / weight[1].numel()) ** 0.5": "All kernels of a layer are equally large.",
            "return (2 / weight[-1].numel()) ** 0.5": "All kernels of a layer are equally large.",
        },
        why="The 2 makes up for the ReLU. Without it each layer loses a factor of √2, and 16 layers lose 256.",
    ),
    Exercise(
        "deep-diagnose",
        "Diagnose a flat curve",
        "core",
        5,
        "A network of 19 layers learns ten classes. Its weights were drawn with a standard deviation of 0.01, pixels "
        "are 0 … 1. For five epochs training and test loss have been 2.303. Before training, its ten scores differed "
        "by 2·10⁻⁹ from image to image. What would you do first?",
        Choice(
            (
                "wait for ten more epochs",
                "look for wrong labels",
                "draw the first weights anew, with a spread that fits the depth",
                "add dropout",
            )
        ),
        right=("draw the first weights anew, with a spread that fits the depth",),
        slips=(
            instead(
                "wait for ten more epochs",
                "It may wake some day. The wait grows with each layer, and these "
                "scores differ far less than those of networks that woke in time.",
            ),
            instead(
                "look for wrong labels",
                "Wrong labels would let the training loss fall, by learning them. And "
                "there is a sign here that was measured before any label was used.",
            ),
            instead("add dropout", "It holds a network back from learning too much by heart. This one learns nothing."),
        ),
        hints=("2.303 is ln 10. What can a network do whose scores are the same for every image?",),
        why="The scores hardly depend on the image, so nothing of it reaches the top, and the gradients are as small. "
        "He's weights, or pixels that are larger, let the signal through.",
    ),
    Exercise(
        "deep-hes-own-sum",
        "He's own sum",
        "challenge",
        8,
        "He et al. (2015) compute how many times smaller σ = 0.01 makes the gradient on its way from the tenth "
        "convolution of VGG B to its second, beside weights with $\\sigma = \\sqrt{2/(9C)}$, where $C$ is the number "
        "of maps that a layer makes. The nine layers from the second to the tenth make 64, 128, 128, 256, 256, 512, "
        "512, 512 and 512 maps. They print 1.7·10⁴. What do you find, as a whole number?",
        Number(within=1),
        given="from math import prod, sqrt",
        right=(
            "made = (64, 128, 128, 256, 256, 512, 512, 512, 512)\nmine = prod(sqrt(2 / (9 * C)) / 0.01 for C in made)",
        ),
        slips=(
            edit(
                "(64, 128, 128",
                "(64, 64, 128, 128",
                "The first convolution is not on the way from the tenth to the second.",
            ),
            edit(
                "sqrt(2 / (9 * C))",
                "sqrt(1 / (9 * C))",
                "The 2 stands for the ReLUs, which halve the squares of a gradient as well.",
            ),
            edit(
                "sqrt(2 / (9 * C)) / 0.01",
                "0.01 / sqrt(2 / (9 * C))",
                "That is the share which is left. By which factor is it smaller?",
            ),
        ),
        hints=("Each layer contributes the quotient of the two standard deviations.",),
        why='16,729, which rounds to theirs. This "may explain why diminishing gradients were observed", they write.',
    ),
    Exercise(
        "deep-three-layers-less",
        "Three layers less",
        "challenge",
        8,
        "Take the last convolution out of each of D's blocks 3, 4 and 5 at full width, which makes it B. By the rule "
        "$\\sigma\\sqrt{F/2}$ and with σ = 0.01: how many times larger is then the signal behind the last convolution?",
        Number("times", within=0.3),
        given="from math import prod, sqrt\n\nfrom cnnlessons import CATALOGUE, trace",
        right=(
            "d = trace(CATALOGUE['vgg-D'])\n"
            "gone = [d[name] for name in ('conv3_3', 'conv4_3', 'conv5_3')]\n"
            "mine = 1 / prod(0.01 * sqrt(9 * row.shape_in[0] / 2) for row in gone)",
        ),
        slips=(
            edit(
                "'conv3_3', 'conv4_3', 'conv5_3'",
                "'conv3_1', 'conv4_1', 'conv5_1'",
                "The first convolution of a "
                "block reads what the block before made. The last one stays in its own block.",
            ),
            edit("9 * row.shape_in[0] / 2", "9 * row.shape_in[0]", "In front of each of the three stands a ReLU."),
            edit(
                "1 / prod(",
                "prod(",
                "That is the share of the signal that the three let through. What if they are gone?",
            ),
        ),
        hints=("Which three factors go?",),
        why="The factors that go are 0.34, 0.48 and 0.48, which multiply to 0.08: the signal is some 13 times larger. "
        "The lesson's `walk`, with one draw of the weights, finds nearly 16.",
    ),
)
