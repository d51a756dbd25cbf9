"""Exercises of "Watch the memory of a training step"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Number

LESSON = "beyond/memory-and-cost"

EXERCISES = (
    Exercise(
        "adam-memory",
        "Adam",
        "warm-up",
        3,
        "Adam keeps two numbers for each weight where momentum keeps one. How many MiB do the weights of VGG-16 "
        "(138,357,544 of four bytes), their gradients and Adam's numbers take together?",
        Number("MiB", within=1.0),
        right=(
            'from cnnlessons import CATALOGUE, trace\nmine = 4 * 4 * trace(CATALOGUE["vgg-D"]).params / 2**20',
            "4 * 4 * 138_357_544 / 2**20",
        ),
        slips=(
            instead("3 * 4 * 138_357_544 / 2**20", "That is momentum's. Adam keeps one number more for each weight."),
            instead(
                "2 * 4 * 138_357_544 / 2**20", "Adam's two numbers alone. Weights and gradients take as much again."
            ),
            instead("4 * 138_357_544 / 2**20", "That is one number for each weight. Four are kept."),
            instead("4 * 4 * 138_357_544 / 10**6", "Those are megabytes. A MiB is 2²⁰ bytes."),
        ),
        hints=("How many numbers are there for each weight, the weight itself included?",),
        why="Four numbers for each weight: four times 527.8 are 2,111 MiB.",
    ),
    Exercise(
        "three-meters",
        "On your card",
        "warm-up",
        3,
        "A network is built and moved to an NVIDIA card. Which of these readings can be computed beforehand, to within "
        "512 bytes a tensor?",
        Choice(("torch.cuda.memory_allocated()", "torch.cuda.memory_reserved()", "nvidia-smi", "all three")),
        right=("torch.cuda.memory_allocated()",),
        slips=(
            instead(
                "torch.cuda.memory_reserved()",
                "PyTorch takes memory from the driver in blocks of 2 MiB and more, so this one is larger "
                "than the tensors.",
            ),
            instead("nvidia-smi", "It also shows the CUDA context, which depends on card, driver and versions."),
            instead("all three", "Two of them hold more than the network's tensors."),
        ),
        hints=("Which one counts nothing but tensors?",),
        why="It counts weights and buffers, each rounded up to 512 bytes. `cnnlessons.memory.reserved` follows "
        "PyTorch's rules for the second; the third less the second is your context. Print all three if you "
        "have a card.",
    ),
    Exercise(
        "largest-batch",
        "The largest batch",
        "warm-up",
        5,
        "A card has `card` MiB left for training; a network needs `fixed` MiB whatever the batch, and `each` MiB for "
        "each image. Write `mine(card, fixed, each)`: how many images fit in a step. Where not even the fixed part "
        "fits, the answer is 0.",
        Function("[(7168, 698, 11.9), (7168, 1583, 69.9), (1024, 1583, 69.9), (1600, 1000, 100)]"),
        start="def mine(card, fixed, each):\n    ...",
        right=("def mine(card, fixed, each):\n    return max(0, (card - fixed) // each)",),
        slips=(
            edit("max(0, (card - fixed) // each)", "(card - fixed) // each", "A batch cannot be negative."),
            edit(
                "(card - fixed) // each", "card // each", "Weights, gradients and momentum are there before any image."
            ),
            edit("(card - fixed) // each", "(card - fixed) / each", "Only whole images fit."),
            edit("(card - fixed) // each", "-(-(card - fixed) // each)", "You round up: the last image would not fit."),
            edit(
                "(card - fixed) // each", "card // (fixed + each)", "The fixed part is needed once, not for each image."
            ),
        ),
        hints=("What has to fit before the first image?",),
        same={"return max((card - fixed) // each, 0)": "The larger of two, in either order."},
        why="Memory is a line over the batch: it begins at the fixed part and climbs by `each` for every image.",
    ),
    Exercise(
        "one-matrix",
        "One matrix",
        "core",
        4,
        "Many texts say that VGG's fully connected layers are too large, above all the first, which reads 512 maps of "
        "7×7 and has 4,096 units. What share of VGG-16's 138,357,544 parameters is in it, in per cent?",
        Number("%", within=0.4),
        right=(
            "from cnnlessons import CATALOGUE, trace\n"
            'vgg = trace(CATALOGUE["vgg-D"])\n'
            'mine = 100 * vgg["fc6"].params / vgg.params',
            "100 * 4096 * (512 * 49 + 1) / 138_357_544",
        ),
        slips=(
            instead(
                "100 * 4096 * 512 / 138_357_544",
                "One weight for each map: that would be so after an average. It has one for each number of the maps.",
            ),
            instead(
                "100 * 4096 * (512 * 7 + 1) / 138_357_544", "A map of 7×7 has more than 7 numbers, each with a weight."
            ),
            instead(
                "100 * (4096 * (512 * 49 + 1) + 4096 * 4097 + 1000 * 4097) / 138_357_544",
                "Those are all three of them. The first alone is asked for.",
            ),
            instead(
                "4096 * (512 * 49 + 1) / 138_357_544",
                "As a fraction, right. In per cent it is a hundred times as much.",
            ),
        ),
        hints=("A unit of that layer has a weight for each number of the 512 maps.",),
        why="74 %, a matrix of 25,088 × 4,096 (77 % in VGG-11). With global average pooling and one linear layer 58 "
        "MiB of weights remain of 528. What is saved for the backward pass hardly changes: that is "
        "in the convolutions.",
    ),
    Exercise(
        "kept-bytes",
        "What is kept of this one",
        "core",
        7,
        "A network reads images of 3×16×16: a 3×3 convolution with padding 1 makes 8 maps, then ReLU, 2×2 max pooling, "
        "flattening, and a linear layer of 10 units. How many bytes does PyTorch keep of it for each image? Numbers "
        "have four bytes, the place of a maximum has eight; images and weights do not count.",
        Number("bytes"),
        right=("4 * 8 * 16 * 16 + (4 + 8) * 8 * 8 * 8",),
        slips=(
            instead(
                "2 * 4 * 8 * 16 * 16 + (4 + 8) * 8 * 8 * 8",
                "What the convolution returned is not needed once ReLU has read it: ReLU keeps its own output.",
            ),
            instead("4 * 8 * 16 * 16 + 4 * 8 * 8 * 8", "Max pooling also keeps where each maximum stood."),
            instead(
                "4 * 8 * 16 * 16 + 8 * 8 * 8 * 8",
                "Behind the pool two tensors are kept, what it returned and, in eight bytes each, the places.",
            ),
            instead(
                "4 * 8 * 16 * 16 + (4 + 8) * 8 * 8 * 8 + 4 * 10",
                "Nobody needs the linear layer's own output for its gradient.",
            ),
        ),
        hints=("Write down every tensor that some layer returns, and strike those that no layer keeps.",),
        why="ReLU's output, 8·16·16 numbers, which is also the pool's input; the pool's output, 8·8·8 numbers, which "
        "the linear layer keeps; and 8·8·8 places of eight bytes.",
    ),
    Exercise(
        "small-steps",
        "Small steps for a large one",
        "core",
        12,
        "A batch does not fit. Take it in `parts`, the last of which may be smaller, and add up the gradients of the "
        "parts. Mend the listing, as `mine(net, x, y, parts)`: it should return the gradients of the mean "
        "cross-entropy over the whole batch, in the order of `net.parameters()`.",
        Function(
            "[(nn.Sequential(nn.Linear(4, 3)), torch.rand(8, 4), torch.arange(8) % 3, 4),"
            " (nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3)), torch.rand(10, 4), torch.arange(10) % 3, 4)]"
        ),
        given=(
            "import torch\n"
            "from torch import nn\n"
            "from torch.nn import functional as F\n\n"
            "def listing(net, x, y, parts):\n"
            "    for few, labels in zip(x.chunk(parts), y.chunk(parts)):\n"
            "        net.zero_grad()\n"
            "        F.cross_entropy(net(few), labels).backward()\n"
            "    return [p.grad for p in net.parameters()]"
        ),
        start="def mine(net, x, y, parts):\n    ...",
        right=(
            "def mine(net, x, y, parts):\n"
            "    net.zero_grad()\n"
            "    for few, labels in zip(x.chunk(parts), y.chunk(parts)):\n"
            "        loss = F.cross_entropy(net(few), labels)\n"
            "        (loss * len(few) / len(x)).backward()\n"
            "    return [p.grad for p in net.parameters()]",
            "def mine(net, x, y, parts):\n"
            "    net.zero_grad()\n"
            "    for few, labels in zip(x.chunk(parts), y.chunk(parts)):\n"
            "        loss = F.cross_entropy(net(few), labels, reduction='sum')\n"
            "        (loss / len(x)).backward()\n"
            "    return [p.grad for p in net.parameters()]",
        ),
        slips=(
            edit(
                "(loss * len(few) / len(x)).backward()",
                "loss.backward()",
                "Each loss is a mean over its part, so you add up as many means as there are parts.",
            ),
            edit(
                "(loss * len(few) / len(x)).backward()",
                "(loss / parts).backward()",
                "That is right for parts of one size. The last one here is smaller, and its mean should "
                "count for less.",
            ),
            edit(
                "(loss * len(few) / len(x)).backward()",
                "(loss * len(few)).backward()",
                "You have the gradient of the sum. The mean is asked: divide by the images.",
            ),
            edit(
                "        loss = F",
                "        net.zero_grad()\n        loss = F",
                "`zero_grad` inside the loop throws away what the earlier parts have added.",
            ),
            instead(
                "listing",
                "Only the last part has left its gradients: what does `zero_grad` do before each part?",
            ),
        ),
        hints=(
            "`backward` adds to the gradients that are there. When should they be zero?",
            "Which share of the whole batch's mean does one part's mean make up?",
        ),
        why="Gradients add up, so their weighted sum is that of the mean over the batch, and what is saved shrinks to "
        "one part's. With batch normalisation it is another gradient: it sees the images of one part at a time.",
    ),
    Exercise(
        "cards-of-vgg",
        "The cards of VGG",
        "core",
        6,
        "VGG was trained with 256 images a step on four NVIDIA Titan Black, each of which took a quarter of them "
        "(Sections 3.1 and 3.3 of the paper) and had 6,144 MiB. In PyTorch, VGG-16 needs 1,583 MiB and 69.9 MiB for "
        "each image. Would its quarter fit?",
        Choice(
            (
                "no, a step needs more than 6,144 MiB",
                "on paper, with less left than a CUDA context takes",
                "yes, with about half of the card left",
                "yes, and so would the whole batch of 256",
            )
        ),
        right=("on paper, with less left than a CUDA context takes",),
        slips=(
            instead(
                "no, a step needs more than 6,144 MiB",
                "Compute it: the fixed part and 64 images. It is near, but below.",
            ),
            instead("yes, with about half of the card left", "Have you taken 32 images? A quarter of 256 are 64."),
            instead(
                "yes, and so would the whole batch of 256",
                "256 images alone need some 18,000 MiB. What is saved grows with every image.",
            ),
        ),
        hints=("A quarter of 256 images, at 69.9 MiB each, and the fixed part.",),
        why="About 90 MiB would be left, less than any context in the lesson's table: in PyTorch, 64 images would not "
        "fit. The authors' program, a modified Caffe, kept other things. But it is easy to believe that the card had a "
        "say in the choice of 256.",
    ),
    Exercise(
        "count-the-kept",
        "Count what is kept",
        "challenge",
        15,
        "Write `mine(layers)`: how many numbers PyTorch keeps of a network for each image. `layers` lists its layers "
        "in order as `(kind, n)`, n being the numbers that the layer returns. A “conv”, “linear” or “average” keeps "
        "its input, a “tanh” or “relu” its output. Each tensor counts once, and the image, which is the first layer's "
        "input, does not count.",
        Function(
            '[([("conv", 4704), ("tanh", 4704), ("average", 1176), ("conv", 1600), ("tanh", 1600), ("average", 400),'
            ' ("linear", 120), ("tanh", 120), ("linear", 84), ("tanh", 84), ("linear", 10)],),'
            ' ([("conv", 300), ("conv", 200), ("relu", 200), ("linear", 7)],),'
            ' ([("conv", 200), ("conv", 200), ("tanh", 200), ("linear", 5)],),'
            ' ([("relu", 50), ("average", 12), ("tanh", 12)],)]'
        ),
        start="def mine(layers):\n    ...",
        right=(
            "def mine(layers):\n"
            "    kept = set()\n"
            "    for n, (kind, _) in enumerate(layers):\n"
            '        kept.add(n if kind in ("tanh", "relu") else n - 1)\n'
            "    return sum(layers[n][1] for n in kept if n >= 0)",
            "def mine(layers):\n"
            "    total = 0\n"
            '    kinds = [kind for kind, _ in layers] + ["end"]\n'
            "    for (kind, n), after in zip(layers, kinds[1:]):\n"
            '        own = kind in ("tanh", "relu")\n'
            '        if own or after in ("conv", "linear", "average"):\n'
            "            total += n\n"
            "    return total",
        ),
        slips=(
            edit(
                "kept = set()",
                "kept = type('L', (list,), {'add': list.append})()",
                "What tanh returns is also the input of the layer behind it: one tensor, counted twice.",
            ),
            edit(
                "for n in kept if n >= 0",
                "for n in kept",
                "The first layer's input is the image. In Python, place −1 of a list is its last layer.",
            ),
            instead(
                "def mine(layers):\n"
                "    sizes, before = set(), 0\n"
                "    for kind, n in layers:\n"
                '        sizes.add(n if kind in ("tanh", "relu") else before)\n'
                "        before = n\n"
                "    return sum(sizes)",
                "Two tensors of one size are two tensors. A set of sizes has room for one.",
            ),
            instead(
                "def mine(layers):\n    return sum(n for _, n in layers)",
                "That is all that the layers return. What a convolution returned before a tanh is not kept.",
            ),
            instead(
                'def mine(layers):\n    return sum(n for kind, n in layers if kind in ("tanh", "relu"))',
                "The outputs of the activations, right. The inputs of the other layers are kept as well.",
            ),
        ),
        hints=(
            "Number the tensors by the layer that made them, and collect the *places* (0, 1, 2 …) of those that are "
            "kept in a set; add up their sizes at the end.",
        ),
        same={
            "kept.add(n if kind in ('relu', 'tanh') else n - 1)": "The kinds may be named in either order.",
        },
        why="For the LeNet of the lesson it gives the 8,084 of the hook.",
    ),
)
