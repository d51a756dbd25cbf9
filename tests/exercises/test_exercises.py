"""Every exercise: right answers pass, each slip gets its own hint, mutants of the solution are rejected."""

import math
import re
import time

import numpy as np
import pytest
import torch
from mutants import mutants
from torch import nn

from cnnlessons.exercises import (
    EXERCISES,
    Choice,
    Exercise,
    Meets,
    Network,
    Number,
    Values,
    check,
    edit,
    grading,
    instead,
    kinds,
    solution,
)
from cnnlessons.exercises.running import Wrong, bounded, run

HANGS = 6.0  # seconds that a mutant may take; none that ends takes one


def left(exercise, program):
    """What a program leaves in `mine`, in bounded time; a program that raises leaves its error."""
    try:
        return bounded(lambda: run(program, exercise.given)["mine"], HANGS)
    except Wrong as wrong:
        return wrong


def every(exercises=EXERCISES):
    return pytest.mark.parametrize("exercise", exercises.values(), ids=list(exercises))


@every()
def test_right_answers_are_right(exercise):
    for program in exercise.programs:
        verdict = check(exercise.id, run(program, exercise.given)["mine"])
        assert verdict, verdict
        assert verdict.text == exercise.why


@every()
def test_each_slip_is_rejected_with_its_own_hint(exercise):
    assert len(exercise.slips) >= 3
    assert len({slip.hint for slip in exercise.slips}) == len(exercise.slips)
    for slip in exercise.slips:
        verdict = check(exercise.id, run(exercise.wrong(slip), exercise.given)["mine"])
        assert (verdict.right, verdict.text) == (False, slip.hint)


def survivors(exercise):
    """The mutants that pass, as the line that changed, and how many there were."""
    if isinstance(exercise.kind, Choice):
        others = [choice for choice in exercise.kind.choices if not check(exercise.id, choice).right]
        return set(), len(others)
    passed, tried = set(), 0
    for line, program in mutants(exercise.programs[0]):
        tried += 1
        answer = left(exercise, program)
        if not isinstance(answer, Wrong) and check(exercise.id, answer):
            passed.add(line)
    return passed, tried


@every()
def test_mutants_are_rejected_or_listed_with_a_reason(exercise):
    passed, tried = survivors(exercise)
    assert tried >= 2
    assert passed == set(exercise.same)
    assert all(len(reason.split()) >= 3 for reason in exercise.same.values())


@every()
def test_nonsense_gets_a_sentence(exercise):
    def loud(*_):
        raise SystemExit("enough")

    for nonsense in (
        None,
        "",
        "nonsense",
        [],
        {},
        object(),
        int,
        loud,
        float("nan"),
        np.zeros((0, 3)),
        [1, [2]],
        nn.Linear,
    ):
        verdict = check(exercise.id, nonsense)
        assert not verdict
        assert verdict.text.endswith((".", "?"))
        assert "Traceback" not in verdict.text and "\n" not in verdict.text


@every()
def test_texts_are_whole(exercise):
    assert 1 <= exercise.minutes <= 30
    assert exercise.question.rstrip().endswith((".", "?", "`", "$"))
    for text in (exercise.why, *exercise.hints, *(slip.hint for slip in exercise.slips)):
        assert text.endswith((".", "?", "!", "$", "`")) and len(text.split()) >= 3
    listings = "\n".join(re.findall(r"```python\n(.*?)```", exercise.question, re.DOTALL))
    shown = f"{exercise.right[0]}\n{exercise.given}\n{exercise.start}\n{listings}"
    assert max(len(line) for line in shown.splitlines()) <= 76
    assert len(exercise.right[0].splitlines()) <= 24
    assert bool(exercise.start) == ("def mine" in exercise.right[0] or "class mine" in exercise.right[0])
    shown = exercise.question + exercise.given + exercise.start + " ".join(exercise.hints)
    assert exercise.why not in shown


# ------------------------------------------------------------------ the graders themselves


@pytest.fixture
def posed(monkeypatch):
    """posed(kind, right, …) makes an exercise that `check` knows as "it"."""

    def pose(kind, right, *slips, given="", same=None):
        it = Exercise("it", "It", "core", 5, "What?", kind, (right,), slips, "So it is.", given=given, same=same or {})
        monkeypatch.setitem(EXERCISES, "it", it)
        grading.seen_of.cache_clear()
        return lambda mine: check("it", mine)

    yield pose
    grading.seen_of.cache_clear()


def test_what_is_no_exercise_and_what_is_no_answer():
    name = next(iter(EXERCISES))
    assert "did you mean" in check(name + "x", 1).text
    assert "wants the name of an exercise" in check(7, 1).text
    assert "in place of the dots" in check(name).text
    assert "in place of the dots" in check(name, ...).text


def test_numbers(posed):
    it = posed(Number(), "156", instead("150", "A bias each is missing."))
    assert it(156) and it(156.0) and it(np.int64(156)) and it(torch.tensor([156]))
    assert it(150).text == "A bias each is missing."
    assert it(155).text == "155 is too low."
    assert it(157).text == "157 is too high."
    assert "not the text '156'" in it("156").text
    assert not it(True)
    assert "not a Tensor of shape (2,)" in it(torch.zeros(2)).text
    assert "nan is none" in it(math.nan).text
    assert not it(torch.tensor([156, 156]))
    near = posed(Number(within=0.02), "0.75")
    assert near(0.76)
    assert near(0.775).text == "0.775 is nearly right: give it more exactly."
    assert near(0.9).text == "0.9 is too high."


def test_functions(posed):
    it = posed(
        kinds.Function("[(7, 3), (8, 3)]"),
        "def mine(n, k):\n    return n - k + 1",
        edit("n - k + 1", "n - k", "The first window is forgotten."),
    )
    assert it(lambda n, k: n - k + 1)
    assert it(lambda n, k: n - k).text == "The first window is forgotten."
    assert it(lambda n, k: 5).text == "mine(8, 3) returns 5, and should return 6."
    assert it(lambda n, k: n / 0).text == "mine(7, 3) raises ZeroDivisionError: division by zero."
    assert it(lambda n: n).text.startswith("mine(7, 3) raises TypeError")
    assert "lack its return" in it(lambda n, k: None).text
    assert it(5).text == "A function is wanted, not a int."
    assert it(int).text == "A function is wanted, not the class int."


def test_a_function_that_hangs_is_stopped(posed, monkeypatch):
    monkeypatch.setattr("cnnlessons.exercises.running.SECONDS", 0.2)
    monkeypatch.setattr(bounded, "__defaults__", (0.2,))
    it = posed(kinds.Function("[(1,)]"), "def mine(n):\n    return n")
    going = []

    def loop(n):
        while True:
            try:
                going.append(time.monotonic())
            except Exception:
                continue

    start = time.monotonic()
    assert "never ends" in it(loop).text
    assert time.monotonic() - start < 5
    for _ in range(100):  # the thread ends, too
        count = len(going)
        time.sleep(0.02)
        if len(going) == count:
            break
    assert len(going) == count


def test_tensors(posed):
    it = posed(
        kinds.Function("[(torch.arange(6.).view(2, 3),)]"),
        "def mine(x):\n    return x.sum(0)",
        edit("sum(0)", "sum(1)", "The other axis."),
        given="import torch",
    )
    assert it(lambda x: x.sum(0)) and it(lambda x: x.sum(0).numpy()) and it(lambda x: x.sum(0).tolist())
    assert it(lambda x: x.sum(1)).text == "The other axis."
    assert "returns 6 numbers" not in it(lambda x: x).text and "the shape (2, 3)" in it(lambda x: x).text
    assert it(lambda x: x.sum(0) + 1).text.endswith("returns [4.0, 6.0, 8.0], and should return [3.0, 5.0, 7.0].")

    def spoil(x):
        x.zero_()
        return x.sum(0)

    assert not it(lambda x: x[:0])  # an empty tensor is neither true nor false
    assert not it(spoil)
    assert it(lambda x: x.sum(0))  # nobody's answer changes the cases


def test_what_a_function_returns_is_shown(posed):
    it = posed(kinds.Function("[(3,)]"), "def mine(n):\n    return n > 2")
    assert it(lambda n: False).text == "mine(3) returns False, and should return True."
    it = posed(
        kinds.Function("[(torch.tensor([[0.4, 0.5]]),)]"), "def mine(x):\n    return x[0] * 2", given="import torch"
    )
    assert it(lambda x: x[0]).text == "mine([[0.4, 0.5]]) returns [0.4, 0.5], and should return [0.8, 1.0]."
    it = posed(
        kinds.Function("[(torch.ones(2, 3),)]"), "def mine(x):\n    return [x.sum(1), 2 * x]", given="import torch"
    )
    said = it(lambda x: [x.sum(1), x]).text
    assert said.endswith("entry 1 of the list, has the right shape, and 6 of 6 numbers are wrong.")


def test_choices_can_be_typed(posed):
    it = posed(kinds.Choice(("a → b", "3×3")), "a → b")
    assert it("A -> b.") and it("a → b")
    assert it("3x3").text == "That is not it."
    assert "Answer with one of" in it("c").text


def test_values_in_any_order(posed):
    it = posed(Values(ordered=False), "[32, 33, 34]")
    assert it([34, 32, 33]) and it({33, 32, 34})
    assert it([32, 33]).text == "Your answer has 2 numbers, the solution 3 numbers."
    assert not posed(Values(), "[32, 33]")([33, 32])


def test_values_and_names(posed):
    it = posed(Values(("a", "b")), "[1, 2]")
    assert it([1, 2]) and it((1, 2)) and it({"b": 2, "a": 1}) and it(torch.tensor([1, 2]))
    assert it({"b": 2, "a": 1.5}).text == "a is not 1.5."
    assert "keys a; wanted: a, b" in it({"a": 1}).text
    assert it([1, 2, 3]).text == "Your answer has 3 numbers, the solution 2 numbers."
    it = posed(kinds.Names(("C1", "S2", "C3")), '{"C1", "C3"}')
    assert it(["c3", "C1"]) and it({"C1", "C3"})
    assert it("C1").text == "1 of your 1 belong there; missing: 1."
    assert "'C9' is none of" in it(["C9"]).text


def test_networks(posed):
    it = posed(
        Network((1, 8, 8)),
        "mine = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))",
        edit("nn.ReLU(), ", "", "A ReLU is missing."),
        given="from torch import nn",
    )
    net = (nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 10))
    assert it(nn.Sequential(*net))
    assert it(nn.Sequential(net[0], *net[2:])).text == "A ReLU is missing."
    bare = nn.Sequential(nn.Conv2d(1, 4, 3, bias=False), *net[1:])
    assert "with 36 parameters; another number of parameters is wanted there" in it(bare).text
    assert "cannot read an input of 1×8×8" in it(nn.Sequential(nn.Conv2d(3, 4, 3))).text
    assert "make one, with brackets" in it(nn.Linear).text
    assert "lazy layer has no size yet" in it(nn.Sequential(*net[:3], nn.LazyLinear(10))).text


def test_conditions(posed):
    it = posed(
        Meets(
            {"field": "max(row.receptive_field for row in traced(mine, (1, 32, 32)))"},
            {"field == 5": "It sees {field} pixels; 5 are wanted."},
        ),
        "nn.Sequential(nn.Conv2d(1, 2, 3), nn.Conv2d(2, 2, 3))",
        edit("nn.Conv2d(1, 2, 3), ", "nn.Conv2d(1, 2, 1), ", "The first sees one pixel."),
        given="from torch import nn",
    )
    assert it(nn.Sequential(nn.Conv2d(1, 7, 5)))
    assert it(nn.Sequential(nn.Conv2d(1, 7, 7))).text == "It sees 7 pixels; 5 are wanted."
    assert it(3).text.startswith("A network is wanted")


def test_a_slip_that_is_right_or_ambiguous_would_be_seen():
    with pytest.raises(ValueError, match="stands 2 times in it, not once"):
        Exercise("it", "It", "core", 5, "?", Number(), ("1 + 1",), (edit("1", "2", "No."),), "Two.")
    with pytest.raises(ValueError, match="level"):
        Exercise("it", "It", "hard", 5, "?", Number(), ("1 + 1",), (), "Two.")
    with pytest.raises(ValueError, match="two are enough"):
        Exercise("it", "It", "core", 5, "?", Number(), ("1 + 1",), (), "Two.", hints=("a", "b", "c"))


def test_the_solution_is_text():
    name = next(iter(EXERCISES))
    assert EXERCISES[name].right[0] in solution(name)


def test_mutants_of_a_hand_case():
    found = {program for _, program in mutants("mine = (n + 2) // s")}
    assert {
        "mine = -(-(n + 2) // s)",
        "mine = (n + 3) // s",
        "mine = (n + 1) // s",
        "mine = (n - 2) // s",
        "mine = n // s",
    } <= found
    assert len(list(mutants("mine = " + " + ".join(map(str, range(2, 40)))))) == 20
