"""Quizzes: ten questions, four different answers each, for whatever seed; the key knows which is right."""

import subprocess
import sys

import pytest

from cnnlessons.errors import UnknownName
from cnnlessons.exercises.quiz import Item, names, paper, quiz

SEEDS = range(60)


@pytest.mark.parametrize("session", names())
def test_a_quiz_has_ten_questions_with_four_answers_whatever_the_seed(session):
    for seed in SEEDS:
        posed = quiz(session, seed)
        assert len({one.item.text for one in posed}) == 10
        for one in posed:
            assert sorted(one.answers) == sorted({one.item.right, *one.item.wrong})
            assert len(one.answers) == 4
            assert one.answers["ABCD".index(one.letter)] == one.item.right
            said = [one.item.why, *one.item.wrong.values()]
            assert all(len(text.split()) >= 3 and text.endswith((".", "?", "$")) for text in said)


@pytest.mark.parametrize("session", names())
def test_another_seed_is_another_quiz_and_the_same_seed_the_same(session):
    assert paper(session, 3) == paper(session, 3)
    assert len({paper(session, seed) for seed in SEEDS}) == len(SEEDS)
    numbers = sum(len({quiz(session, seed)[n].item.text for seed in SEEDS}) > 1 for n in range(10))
    assert numbers >= 3, "at least three questions have numbers that vary"
    letters = {one.letter for seed in SEEDS for one in quiz(session, seed)}
    assert letters == set("ABCD")


@pytest.mark.parametrize("session", names())
def test_only_the_key_tells(session):
    given, key = paper(session), paper(session, key=True)
    assert "**right.**" not in given
    assert key.count("**right.**") == 10
    assert not any(one.item.why in given for one in quiz(session))


def test_what_is_no_quiz_is_refused():
    with pytest.raises(UnknownName, match="no quiz named 'shape'"):
        quiz("shape")
    with pytest.raises(ValueError, match="needs three wrong answers"):
        Item("?", "1", {"2": "Off by one.", "3": "Off by two."}, "So it is.")
    with pytest.raises(ValueError, match="none of them '1'"):
        Item("?", "1", {"1": "Right.", "2": "Off by one.", "3": "Off by two."}, "So it is.")


def test_quizzes_are_read_without_torch():
    code = "import sys; from cnnlessons.exercises.quiz import names, paper; print(all(map(paper, names())))"
    code += "; assert not {'torch', 'matplotlib', 'scipy'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"
