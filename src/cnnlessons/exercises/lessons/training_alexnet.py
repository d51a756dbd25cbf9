"""Exercises of "Give AlexNet's five numbers their units"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number, Values

LESSON = "alexnet/training-alexnet"

EXERCISES = (
    Exercise(
        "decay-half-lives",
        "Half-lives of a run",
        "warm-up",
        4,
        "You train with PyTorch's SGD at a rate of 0.1, momentum 0.9 and a weight decay of 0.0001, for 100 epochs of "
        "391 steps. How many half-lives of a weight without a gradient is that, if the rate stays?",
        Number("half-lives", within=0.05),
        given="from math import log",
        right=("100 * 391 / (log(2) * (1 - 0.9) / (0.1 * 0.0001))",),
        slips=(
            edit(
                " * (1 - 0.9)", "", "Momentum makes each pull ten times as long, so half-lives are ten times shorter."
            ),
            edit("log(2) * (1 - 0.9)", "(1 - 0.9)", "After so long a weight is down to 1/e, not to a half."),
            edit("0.1 * 0.0001", "0.0001", "The decay is multiplied by the learning rate."),
            edit("100 * 391", "391", "That is one epoch."),
        ),
        same={
            "mine = 100 * 392 / (log(2) * (1 - 0.9) / (0.1 * 0.0001))": "It changes the third digit only.",
            "mine = 100 * 390 / (log(2) * (1 - 0.9) / (0.1 * 0.0001))": "It changes the third digit only.",
        },
        why="A half-life is 6,931 steps, about 18 epochs. The run has 5.6 of them, so decay takes 98 % of a weight "
        "that gets no gradient. Here it acts.",
    ),
    Exercise(
        "decay-left",
        "What decay leaves",
        "core",
        6,
        "Write `mine(rate, decay, momentum, steps)`: what is left of a weight of 1 that gets no gradient, after so "
        "many steps by the paper's two lines.",
        Function("[(0.01, 0.0005, 0.9, 3), (0.1, 0.01, 0.9, 50), (0.1, 0.01, 0.0, 20), (0.5, 0.1, 0.5, 2)]"),
        start="def mine(rate, decay, momentum, steps):\n    ...",
        right=(
            "def mine(rate, decay, momentum, steps):\n"
            "    w, v = 1.0, 0.0\n"
            "    for _ in range(steps):\n"
            "        v = momentum * v - decay * rate * w\n"
            "        w = w + v\n"
            "    return w",
        ),
        slips=(
            edit("momentum * v - decay", "-decay", "The momentum is missing: v keeps a part of its last value."),
            edit(
                "v = momentum * v - decay * rate * w\n        w = w + v",
                "w = w + v\n        v = momentum * v - decay * rate * w",
                "The weight moves by the *new* v, so the first step is not empty.",
            ),
            edit("decay * rate * w", "decay * w", "The decay is multiplied by the learning rate."),
            edit("- decay", "+ decay", "Decay pulls towards 0."),
        ),
        hints=("v starts at 0; each step changes v first, then w.",),
        why="In the long run each step is 1/(1 − momentum) times the first. PyTorch's rule writes v without the rate, "
        "and comes to the same weights while the rate stays.",
    ),
    Exercise(
        "decay-two-rules",
        "Where two rules part",
        "core",
        8,
        r"PyTorch writes $v \leftarrow 0.9\,v + (g + 0.0005\,w)$ and then $w \leftarrow w - \varepsilon\,v$: the rate "
        "has moved out of $v$. Twenty steps go by this rule and by the paper's down one slope, the loss $w^2/2$, and "
        "the rate is divided by 10 after the tenth step. In which step, counted from 1, do the two weights part?",
        Number(),
        right=("10 + 1",),
        slips=(
            instead("1", "With one rate PyTorch's v is the paper's divided by −ε. When does that stop?"),
            instead("10", "The tenth step is made with the old rate by both."),
            instead("12", "By then they have differed already: what does the new rate multiply in either rule?"),
        ),
        hints=("In which of the two rules does v still hold steps of the old length after the division?",),
        why="In step 11 PyTorch applies the new rate to all that v holds, and brakes; the paper's v still contains "
        "steps of the old length, and coasts on: 0.2809 against 0.5640 after 20 steps. With three divisions in "
        "853,125 steps that is a footnote. With a schedule that changes the rate in every step it is one reason why "
        "equal settings do not give equal numbers in two libraries.",
    ),
    Exercise(
        "momentum-another",
        "Another momentum",
        "warm-up",
        3,
        "A recipe says rate 0.02 with momentum 0.9. You want momentum 0.95 and steps as long in the end. Which rate "
        "goes with it?",
        Number(within=0.0002),
        right=("0.02 * (1 - 0.95) / (1 - 0.9)",),
        slips=(
            instead("0.02", "Then the steps are twice as long: they grow to rate/(1 − momentum)."),
            instead("0.02 * (1 - 0.9) / (1 - 0.95)", "Upside down: more momentum needs a smaller rate."),
            instead("0.02 * 0.9 / 0.95", "What counts is 1 − momentum."),
        ),
        why="0.01: half of 1 − momentum, half of the rate. But steps need twice as long to get there, so a run of few "
        "steps differs: in the lesson's valley 0.001 with 0.99 is off by 0.37 along and 0.77 across after 40 steps.",
    ),
    Exercise(
        "start-sigmas",
        "First weights for a factor",
        "core",
        5,
        "Three layers shall each multiply a signal of independent signs by 0.5: `nn.Conv2d(3, 16, 5)`, "
        "`nn.Conv2d(16, 32, 3)` and `nn.Linear(256, 10)`. Which standard deviation does each need? Answer with three "
        "numbers.",
        Values(within=0.0004),
        right=("[0.5 / fan_in**0.5 for fan_in in (3 * 5 * 5, 16 * 3 * 3, 256)]",),
        slips=(
            edit("(3 * 5 * 5, 16 * 3 * 3, 256)", "(16 * 5 * 5, 32 * 3 * 3, 10)", "A neuron adds up what comes *in*."),
            edit("(3 * 5 * 5, 16 * 3 * 3, 256)", "(5 * 5, 3 * 3, 256)", "A window reads all maps of its input."),
            edit("fan_in**0.5", "fan_in", "Terms of both signs partly cancel: a sum grows with the root."),
            edit("0.5 /", "0.01 *", "That is the size of the sum for weights of 0.01."),
        ),
        hints=("How many numbers does one neuron of each layer add up?",),
        same={
            "mine = [0.5 / fan_in ** 0.5 for fan_in in (3 * 5 * 5, 16 * 3 * 3, 255)]": "One of 256 is not seen at two "
            "digits.",
            "mine = [0.5 / fan_in ** 0.5 for fan_in in (3 * 5 * 5, 16 * 3 * 3, 257)]": "One of 256 is not seen at two "
            "digits.",
        },
        why=r"$\sigma\sqrt F = 0.5$ with $F$ = 75, 144 and 256: 0.058, 0.042 and 0.031. One number for all layers "
        "would give each another factor.",
    ),
    Exercise(
        "start-he",
        "He's rule",
        "challenge",
        6,
        r"The small AlexNet gets $\sigma = \sqrt{2/F}$ in every layer and biases of 0, and pixels of ±128. The signal "
        "keeps its size, about 70, up to the scores. What does the training do, at the paper's rate?",
        Choice(
            (
                "it reads most digits after three passes",
                "it stays at chance with a loss of 2.3",
                "its weights become no numbers within a few steps",
                "it learns, more slowly than with the lesson's weights",
            )
        ),
        right=("its weights become no numbers within a few steps",),
        slips=(
            instead(
                "it reads most digits after three passes",
                "The first weights are fine by themselves. How large is a loss of scores that differ by 70?",
            ),
            instead(
                "it stays at chance with a loss of 2.3",
                "A loss of ln 10 belongs to scores that are all alike. These differ by 70.",
            ),
            instead(
                "it learns, more slowly than with the lesson's weights",
                "Large scores make large gradients: its steps are anything but short.",
            ),
        ),
        hints=("Try it: `start(small_alexnet(), [(2 / F) ** 0.5 for F in ours])`, and set the biases to 0.",),
        why="Each factor is √2, and a ReLU cuts off half of the mean square, so the signal keeps its size. Scores "
        "that large make a huge loss and huge steps. With pixels from 0 to 1 the same network learns: the first "
        "weights and the scale of the pixels belong together as well.",
    ),
    Exercise(
        "start-sigmoid",
        "A sigmoid's start",
        "core",
        4,
        "In the small AlexNet with scaled weights each ReLU is replaced by a logistic sigmoid, with its slope of at "
        "most 1/4. How far apart are the images in the last layer, compared with the ReLUs?",
        Choice(("nearer to each other", "about as far apart", "further apart", "not apart at all")),
        right=("nearer to each other",),
        slips=(
            instead(
                "about as far apart", "A ReLU passes half of its inputs on as they are. What does a slope of 1/4 do?"
            ),
            instead("further apart", "A sigmoid squeezes everything between 0 and 1. Draw the lesson's curve for it."),
            instead("not apart at all", "Nothing makes them exactly equal; look at the figure's axis."),
        ),
        why="By a tenth of a millionth in the last layer: still less than with ReLUs. ReLU is the better one here, "
        "and it needs the right weights all the same.",
    ),
    Exercise(
        "rate-plateau",
        "Two divisions",
        "core",
        4,
        "In the lesson's toy the distance from the goal at the plateau goes with the root of the rate. The rate is "
        "divided by 10 twice, each time after the curve has levelled off. How many times nearer do the weights end "
        "than on the first plateau?",
        Number("times", within=0.1),
        right=("(10 * 10) ** 0.5",),
        slips=(
            instead(
                "10 * 10",
                "That is how many times shorter the steps are. Noise partly cancels, "
                "so the distance goes with the root.",
            ),
            instead("10**0.5", "That is one division."),
            instead("2 * 10**0.5", "Two divisions are factors, and factors are multiplied."),
        ),
        why="Each division brings them √10, about three times, nearer: ten times for two. And each plateau takes ten "
        "times as many steps to reach as the last one.",
    ),
)
