"""Exercises of "Settle 278 statements"."""

from cnnlessons.exercises.exercise import Exercise, edit, instead
from cnnlessons.exercises.kinds import Choice, Function, Meets

LESSON = "beyond/ledger"

EXERCISES = (
    Exercise(
        "verdict-of-parts",
        "The verdict follows",
        "warm-up",
        6,
        "Write the rule `mine(parts)`: `parts` maps each part of a statement to True, False or None, which says that "
        "no program can tell. Return one of `right`, `imprecise`, `wrong` and `not checkable`, as the lesson's four "
        "patterns do.",
        Function(
            '[({"a": True, "b": True},), ({"a": True, "b": False},), ({"a": False, "b": False},),'
            ' ({"a": True, "b": None},), ({"a": False, "b": None},), ({"a": None},), ({"a": True},)]'
        ),
        start="def mine(parts):\n    ...",
        right=(
            "def mine(parts):\n"
            "    holds = list(parts.values())\n"
            "    if None in holds:\n"
            '        return "not checkable"\n'
            "    if all(holds):\n"
            '        return "right"\n'
            '    return "imprecise" if any(holds) else "wrong"',
            "from cnnlessons.claims import Found\ndef mine(parts):\n    return Found(parts, '').verdict",
        ),
        slips=(
            edit(
                "if None in holds",
                "if not any(h is not None for h in holds)",
                "One part that nobody can look at is enough: the statement as a whole has not been checked.",
            ),
            edit(
                '    if None in holds:\n        return "not checkable"\n',
                "",
                "None is not False: nothing was seen to fail.",
            ),
            edit(
                '"imprecise" if any(holds) else "wrong"',
                '"wrong"',
                "A statement of which a part holds is not wrong as a whole.",
            ),
            edit("if all(holds)", "if any(holds)", "Right is a statement only if all of its parts hold."),
        ),
        hints=("Look for None first.",),
        why="The rule leaves no room for “nearly right”. What was meant stands elsewhere in the ledger.",
    ),
    Exercise(
        "dozens-of-times",
        "Write a check",
        "core",
        12,
        "Study note 001 says that AlexNet has *dozens of times* as many convolution channels as LeNet. Write its "
        "check, `mine(small, large)`: the channels of corresponding layers, for these two networks `[6, 16, 16]` and "
        "`[96, 256, 384]`. Return a `Found` with the parts `many times as many` (more than 10 times) and `dozens of "
        "times` (at least 24 times); a part holds if it holds for every pair. The text of the `Found` is up to you.",
        Meets(
            {
                "parts": "[dict(mine(small, large).parts) for small, large in (([6, 16, 16], [96, 256, "
                "384]), ([1], [24]),"
                " ([1], [10]), ([1], [23]), ([2, 1], [22, 30]), ([1, 1], [5, 12]))]",
                "names": "sorted(parts[0])",
                "many": "[bool(one.get('many times as many')) for one in parts]",
                "dozens": "[one.get('dozens of times') for one in parts]",
            },
            {
                "names == ['dozens of times', 'many times as many']": "The parts are named {names}; wanted are "
                "'dozens of times' and 'many times as many'.",
                "many == [True, True, False, True, True, False]": "For six lists of channels your part “many times as "
                "many” says {many}, and it is wrong in one of them at least.",
                "dozens == [False, True, False, False, False, False]": "For six lists of channels your part “dozens of "
                "times” says {dozens}, and it is wrong in one of them at least.",
            },
        ),
        given="from cnnlessons.claims import Found",
        start="def mine(small, large):\n    ...",
        right=(
            "def mine(small, large):\n"
            "    times = [b / a for a, b in zip(small, large)]\n"
            '    return Found({"many times as many": min(times) > 10,\n'
            '                  "dozens of times": min(times) >= 24}, str(times))',
        ),
        slips=(
            edit(
                "min(times) >= 24", "max(times) >= 24", "It holds for one pair. Does it for the one that differs least?"
            ),
            edit("min(times) >= 24", "min(times) > 24", "24 is two dozens, and the question says *at least*."),
            edit(
                '"many times as many": min(times) > 10,\n                  ',
                "",
                "You have one part, and so no room for a verdict between right and wrong.",
            ),
            edit("b / a", "a / b", "The fraction is turned around: AlexNet's channels over LeNet's."),
            edit("min(times) >= 24", "None", "A program can tell: with None the statement is not checkable."),
        ),
        hints=("The pair that differs least decides whether a part holds for every pair.",),
        why="16 to 24 times: imprecise, as in the ledger (`CLAIMS['001-L016g']`). Whether 16 is “dozens” is a matter "
        "of words. The ledger is strict about words, and here you see where that is decided.",
    ),
    Exercise(
        "which-way-wrong",
        "A heading for a mistake",
        "warm-up",
        3,
        "A sentence of the ledger says of AlexNet: “Its top-1 accuracy is 37.5 %.” The number stands in the paper, and "
        "each of its digits is right. Under which heading of the lesson does the sentence fall?",
        Choice(
            (
                "a slip of the pen",
                "a number that lost its label",
                "another network under the old name",
                "a conclusion from a single run",
            )
        ),
        right=("a number that lost its label",),
        slips=(
            instead("a slip of the pen", "The digits are right. It is the word beside them that is not."),
            instead("another network under the old name", "It is the network of 2012 that was measured."),
            instead("a conclusion from a single run", "It concludes nothing; it hands on a number."),
        ),
        hints=("37.5 % *of what*? Look into the paper's Table 1.",),
        why="37.5 % is the top-1 *error*, on the test set of 2010. The habit: never a percentage without *of what*.",
    ),
    Exercise(
        "testable-opinion",
        "Make an opinion testable",
        "core",
        4,
        "“AlexNet is now too small for many tasks” has no check. Which of these sentences could have one as it stands?",
        Choice(
            (
                "AlexNet is too small by the standards of today",
                "AlexNet makes fewer than a billion multiplications for an image",
                "AlexNet is too small for difficult data sets",
                "AlexNet is smaller than a modern network",
            )
        ),
        right=("AlexNet makes fewer than a billion multiplications for an image",),
        slips=(
            instead(
                "AlexNet is too small by the standards of today",
                "Small in what, and by which standard? A program needs a quantity and a bound.",
            ),
            instead(
                "AlexNet is too small for difficult data sets",
                "Name one data set and an accuracy that is enough; then it becomes an experiment.",
            ),
            instead(
                "AlexNet is smaller than a modern network",
                "In which quantity, and than which network? In parameters it is larger than many.",
            ),
        ),
        hints=("Which of them says what to count, of what, and what to compare it with?",),
        why="A quantity, an object and a bound: 0.72 billion. In multiplications AlexNet is small today, in "
        "parameters, 61 million, it is not; “many tasks” needs a data set and an accuracy that is enough, and "
        "“now” a date.",
    ),
    Exercise(
        "second-case",
        "A second case",
        "core",
        6,
        "A sentence was tried on one case and told as a rule. Write `mine(said, so, cases)`: `said` and `so` are "
        "functions of one number, what the sentence says and what is so. Return the first of the `cases` in which they "
        "differ, or None if there is none.",
        Function(
            "[(lambda n: (n - 3) / 2 + 1, lambda n: (n - 3) // 2 + 1, [5, 7, 9, 12, 14]),"
            " (lambda n: 2 * n, lambda n: n + n, [1, 2, 3]),"
            " (lambda n: n * n, lambda n: 2 * n, [2, 0, -1, 5])]"
        ),
        start="def mine(said, so, cases):\n    ...",
        right=(
            "def mine(said, so, cases):\n"
            "    for case in cases:\n"
            "        if abs(said(case) - so(case)) > 1e-9:\n"
            "            return case\n"
            "    return None",
            "def mine(said, so, cases):\n    return next((n for n in cases if abs(said(n) - so(n)) > 1e-9), None)",
        ),
        slips=(
            edit(
                "            return case\n    return None",
                "            return case\n        return None",
                "It gives up after the first case. That is how such sentences come about.",
            ),
            edit("> 1e-9", "<= 1e-9", "That finds a case in which the sentence holds."),
            edit("return case", "return True", "The case itself is wanted: it is what one shows to the author."),
            edit("return case", "return said(case)", "That is what the sentence says there. The case is wanted."),
        ),
        same={
            "if abs(said(case) - so(case)) >= 1e-09:": "No case differs by exactly that.",
            "if abs(so(case) - said(case)) > 1e-09:": "The size of a difference has no sign.",
        },
        hints=("One case in which they agree says nothing about the next.",),
        why="Of (W − K)/S + 1 without rounding, W = 4, K = 3, S = 2 is the smallest case that breaks it: 1.5 windows.",
    ),
    Exercise(
        "ugly-size",
        "The smallest ugly size",
        "challenge",
        10,
        "A LeNet for 32×32 (5×5 convolution, 2×2 pool, 5×5 convolution, 2×2 pool, 16 maps in the end) flattens a batch "
        "by `x.view(-1, 400)`. Above 35 pixels the rows that come out belong to nobody, and often enough no error says "
        "so. Write `mine(batch)`: the smallest n above 35 at which `batch` images of n×n go through without an error.",
        Function("[(2,), (50,), (1,), (25,), (5,)]"),
        start="def mine(batch):\n    ...",
        right=(
            "def mine(batch):\n"
            "    for n in range(36, 513):\n"
            "        side = ((n - 4) // 2 - 4) // 2\n"
            "        if batch * 16 * side**2 % 400 == 0:\n"
            "            return n",
        ),
        slips=(
            edit(
                "batch * 16 * side**2 % 400 == 0",
                "16 * side**2 % 400 == 0",
                "`view` does not look at single images: all numbers of the batch have to divide.",
            ),
            edit("range(36", "range(32", "From 32 to 35 it does what was wanted. The question is about larger images."),
            edit("return n", "return side", "That is the side of the last map. Which image has such a map?"),
            edit(
                "((n - 4) // 2 - 4) // 2",
                "(n // 2 - 4) // 2",
                "The first convolution is not padded: it leaves n − 4 pixels.",
            ),
        ),
        same={
            "if batch * 16 * side ** 3 % 400 == 0:": "Whether 25 divides depends on whether 5 divides the side.",
            "for n in range(36, 514):": "Every answer lies far below the end.",
        },
        hints=("16·m² numbers an image: of how many images together does 400 divide them?",),
        why="Two images pass at 52×52, where the maps are 10×10: eight rows and eight answers. Fifty images pass at "
        "36×36. A rule that was tried at 32×32 alone has such cases waiting.",
    ),
    Exercise(
        "same-alone",
        "The sixteenth",
        "challenge",
        12,
        "A mistake that the table of fifteen lacks: testing a network with batch normalisation without `eval()`. Write "
        "its check, `mine(net, x)`: True if each image of the batch `x` gets the same answer alone as in the batch, to "
        "within 1e-4, from the network as it is handed over; else False.",
        Function(
            "[(nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(108, 4)), images),"
            " (nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Flatten(), nn.Linear(108, 4)).eval(), images),"
            " (nn.Sequential(nn.Flatten(), nn.Linear(64, 4)), images),"
            " (nn.Sequential(nn.Flatten(), nn.Linear(64, 4), nn.Softmax(0)), images),"
            " (OddOne(), images)]"
        ),
        given=(
            "import torch\n"
            "from torch import nn\n\n"
            "images = torch.rand(5, 1, 8, 8)\n\n"
            "class OddOne(nn.Module):  # treats the last image otherwise\n"
            "    def forward(self, x):\n"
            "        return torch.cat([x[:-1], 2 * x[-1:]]).sum((2, 3))"
        ),
        start="def mine(net, x):\n    ...",
        right=(
            "def mine(net, x):\n"
            "    with torch.no_grad():\n"
            "        batch = net(x)\n"
            "        alone = torch.cat([net(one[None]) for one in x])\n"
            "    return torch.allclose(batch, alone, atol=1e-4)",
            "def mine(net, x):\n"
            "    return all(torch.allclose(net(x)[n], net(x[n:n + 1])[0], atol=1e-4)\n"
            "               for n in range(len(x)))",
        ),
        slips=(
            edit(
                "    with torch",
                "    net.eval()\n    with torch",
                "You mend the network before you look. It should be judged as it is handed over.",
            ),
            edit(
                "torch.allclose(batch, alone, atol=1e-4)",
                "not torch.allclose(batch, alone, atol=1e-4)",
                "True should mean that the answers are the same.",
            ),
            edit(
                "torch.allclose(batch, alone, atol=1e-4)",
                "torch.allclose(batch[-1:], alone[-1:], atol=1e-4)",
                "That looks at one image. Every one should get the same answer.",
            ),
            edit(
                "torch.allclose(batch, alone, atol=1e-4)",
                "torch.equal(batch.argmax(1), alone.argmax(1))",
                "The winning class can be the same while the answers differ.",
            ),
        ),
        same={
            "return torch.allclose(batch, alone)": "Its own tolerance is enough for these networks.",
            "return torch.allclose(alone, batch, atol=0.0001)": "Which one comes first is no matter.",
        },
        hints=("`x[n:n + 1]`, or `one[None]`, is a batch of a single image.",),
        why="It finds batch normalisation in training mode, a softmax over the batch (`dim=0`) and a `view` that mixes "
        "images. Two passes are enough to ask, and no label is needed.",
    ),
)
