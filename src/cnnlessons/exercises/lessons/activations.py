"""Exercises of "Follow the gradient back"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "training/activations"

EXERCISES = (
    Exercise(
        "gradient-terms",
        "Terms of a sum",
        "warm-up",
        3,
        "The first kernel of VGG, 3×3, slides over an image of 224×224 with a padding of 1. For one image, the "
        "gradient "
        "of one of its weights is a sum of how many terms? Count the terms that are zero because of the padding, too.",
        Number("terms"),
        given="from cnnlessons.networks.layers import count_windows",
        right=("count_windows(224, 3, p=1) ** 2",),
        slips=(
            edit(", p=1", "", "That is without the padding: with it a window fits at every pixel."),
            edit(" ** 2", "", "That is how many windows are in a row. There are as many rows."),
            instead(
                "3 * 3", "Those are the weights of a kernel of one colour. At how many places is one of them used?"
            ),
            instead("64 * 224**2", "All 64 maps have as many units, but each map has weights of its own."),
        ),
        hints=("At how many places does the kernel lie?",),
        why="224·224 = 50,176 places, and each adds a term. That is why a weight near the image can have a large "
        "gradient although each unit there gets a small one.",
    ),
    Exercise(
        "gradient-scaled-tanh",
        "Help the scaled tanh",
        "warm-up",
        4,
        "LeNet-5's activation is 1.7159 tanh(2a/3). Near 0 it multiplies signal and gradient by its slope there. By "
        "which factor would one multiply Glorot's weights so that a signal near 0 neither grows nor shrinks?",
        Number("times"),
        right=("1 / (1.7159 * 2 / 3)",),
        slips=(
            instead("1.7159 * 2 / 3", "That is the slope at 0, above 1. The weights have to make up for it."),
            instead("1 / 1.7159", "The slope has two factors: the height, and the 2/3 inside."),
            instead("3 / 2", "The slope has two factors: the 2/3 inside, and the height of 1.7159."),
            instead("4", "That is the sigmoid's, whose slope at 0 is a quarter."),
        ),
        hints=("The slope of tanh at 0 is 1. What do the two constants make of it?",),
        why="The slope at 0 is 1.7159 · 2/3 = 1.144, so 0.874. The sigmoid's is ¼, and wants weights 4 times as large; "
        "with those the ratio of the first to the last gradient in ten layers rises by four powers of ten. With 8 it "
        "rises further: many units are saturated then, but the weights multiply the gradient, too.",
    ),
    Exercise(
        "gradient-deeper",
        "More than twice as deep",
        "core",
        4,
        "From Glorot's weights, 25 convolutions stand in a row, a ReLU after each. By the rule of the lesson, how many "
        "times as small as the output of the first convolution is that of the last?",
        Number("times"),
        right=("2 ** (24 / 2)",),
        slips=(
            edit("24", "25", "Count the ReLUs *between* the first convolution and the last."),
            instead("2**24", "That is the mean square. The size of a signal is its root."),
            instead("24 * 2**0.5", "The factors multiply, they do not add up."),
            instead("1", "That would be right for He's weights. Glorot's do not make up for what a ReLU drops."),
        ),
        hints=("How many ReLUs lie between them? What does each of them take from the root mean square?",),
        why="√2 for each of 24 ReLUs is 2¹² = 4,096. Measured it is more, since the weights lose a little too: for "
        "eighteen ReLUs the rule says 512, and a stack of nineteen convolutions gave about 1,450.",
    ),
    Exercise(
        "gradient-first-weights",
        "He's rule",
        "core",
        6,
        "Write `mine(shape)`: the standard deviation of He's first weights for a layer with weights of that shape, "
        "which is (out, in) for a fully connected layer and (out, in, height, width) for a convolution, as in PyTorch.",
        Function("[((84, 120),), ((16, 6, 5, 5),), ((64, 3, 3, 7),), ((10, 2048),)]"),
        given="import math",
        start="def mine(shape):\n    ...",
        right=(
            "def mine(shape):\n    return math.sqrt(2 / math.prod(shape[1:]))",
            "import torch\n"
            "def mine(shape):\n"
            "    weights = torch.nn.init._calculate_fan_in_and_fan_out(torch.empty(shape))\n"
            "    return (2 / weights[0]) ** 0.5",
        ),
        slips=(
            edit(
                "shape[1:]", "shape[1:2]", "A unit of a convolution reads a window of each map: count its pixels, too."
            ),
            edit("shape[1:]", "shape[:1] + shape[2:]", "Those are the outputs. The signal is a sum over the *inputs*."),
            edit(
                "math.sqrt(2 / math.prod(shape[1:]))",
                "math.sqrt(2 / ((shape[0] + shape[1]) * math.prod(shape[2:])))",
                "That is Glorot's rule.",
            ),
            edit("2 / math", "1 / math", "Nothing makes up for the half that ReLU sets to zero."),
            edit("math.sqrt(2 / math.prod(shape[1:]))", "2 / math.prod(shape[1:])", "That is the variance."),
        ),
        hints=("How many numbers does one unit add up?",),
        why="The mean square of a sum of n products is n times that of a product, and ReLU halves it: 2/n is the "
        "variance that keeps it level. Glorot's rule has the mean of inputs and outputs in place of the inputs, and "
        "no 2.",
    ),
    Exercise(
        "gradient-leaky",
        "First weights for a leaky ReLU",
        "core",
        6,
        "A leaky ReLU multiplies what is negative by a small slope in place of 0. Write `mine(slope)`: by which factor "
        "the weights have to be larger than those that keep a signal level on its own. For ReLU it is √2.",
        Function("[(0.0,), (0.01,), (0.25,), (1.0,)]"),
        start="def mine(slope):\n    ...",
        right=(
            "def mine(slope):\n    return (2 / (1 + slope**2)) ** 0.5",
            'import torch\ndef mine(slope):\n    return torch.nn.init.calculate_gain("leaky_relu", slope)',
        ),
        slips=(
            edit("slope**2", "slope", "The mean *square* counts: the negative half keeps its share squared."),
            edit(" ** 0.5", "", "That is for the mean square. The size of the weights is its root."),
            edit("2 / (1 + slope**2)", "2", "That is ReLU's. A leaky one keeps something of the negative half."),
            edit("1 + slope**2", "1 - slope**2", "The negative half adds to what is left; it takes nothing away."),
        ),
        hints=("Which share of the mean square is left, if half of the numbers are multiplied by the slope?",),
        why="(1 + slope²)/2 of the mean square is left. With a slope of 0 that is He's √2, with a slope of 1 nothing "
        "is "
        "lost and the factor is 1.",
    ),
    Exercise(
        "gradient-biases",
        "Biases of 1",
        "core",
        3,
        "AlexNet's paper starts some biases at 1 (§5). Ten layers with ReLU start from a quarter of Glorot's weights. "
        "What becomes of the first layer's gradient if all biases start at 1 in place of 0?",
        Choice(
            (
                "it grows, and stays small",
                "it does not change",
                "it becomes as large as from He's weights",
                "it becomes zero",
            )
        ),
        right=("it grows, and stays small",),
        slips=(
            instead("it does not change", "With positive sums more paths are open. What does a closed one pass on?"),
            instead(
                "it becomes as large as from He's weights",
                "All paths are open then, but each still goes through ten layers of small weights.",
            ),
            instead("it becomes zero", "For that all sums would have to be negative. A bias of 1 lifts them."),
        ),
        hints=("Two kinds of factors lie on a path: slopes and weights. Which of them does a bias change?",),
        why="All sums are positive, so every path is open, and the gradient grows some fiftyfold. It stays small "
        "all the same, for the weights on the paths are as small as before.",
    ),
    Exercise(
        "gradient-by-hand",
        "Follow it by hand",
        "challenge",
        12,
        "Write backpropagation through a chain of single units: $a_0 = x$ and $a_n = \\tanh(w_n a_{n-1})$. "
        "`mine(weights, x)` returns the derivative of the last $a$ with respect to the *first* weight, without "
        "autograd.",
        Function("[([0.5, 2.0, -1.5], 0.8), ([1.2], 0.3), ([3.0, 0.1, 0.7, 2.0], -0.4), ([1.0, 1.0], 1.0)]"),
        given="import math",
        start="def mine(weights, x):\n    ...",
        right=(
            "def mine(weights, x):\n"
            "    a, gradient = x, x\n"
            "    for n, w in enumerate(weights):\n"
            "        a = math.tanh(w * a)\n"
            "        gradient *= 1 - a**2\n"
            "        if n > 0:\n"
            "            gradient *= w\n"
            "    return gradient",
        ),
        slips=(
            edit(
                "        if n > 0:\n            gradient *= w\n",
                "        gradient *= w\n",
                "The first weight is no factor of its own gradient: there its input stands.",
            ),
            edit("a, gradient = x, x", "a, gradient = x, 1", "The input of the first unit is a factor, too."),
            edit("1 - a**2", "1 - a", "The slope of tanh is 1 minus the *square* of its value."),
            edit(
                "        if n > 0:\n            gradient *= w\n",
                "",
                "The way back also passes the weights of all later layers.",
            ),
        ),
        hints=(
            "Go forward once: after each unit you know its slope, 1 − a².",
            "Which factors lie between the first weight and the end? Its input, all slopes, all later weights.",
        ),
        why="The input, every slope, and every weight but the first: what came forward times what comes back.",
    ),
)
