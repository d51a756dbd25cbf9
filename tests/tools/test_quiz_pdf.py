"""A quiz as a page: what a student gets and what the key adds. The files themselves are looked at in tests/browser."""

import pytest
import quiz_pdf

from cnnlessons.exercises import quiz


@pytest.fixture(params=quiz.names())
def session(request):
    return request.param


def test_a_students_quiz_has_no_answer_and_its_key_has_them_all(session):
    page, key = (quiz_pdf.html(session, 3, key=key) for key in (False, True))
    for n, posed in enumerate(quiz.quiz(session, 3), 1):
        assert f"{n}&nbsp;{posed.letter}" in key and f"{n}&nbsp;{posed.letter}" not in page
    assert key.count("<strong>right.</strong>") == 10 and "<strong>right.</strong>" not in page
    assert f"quiz {session}, seed 3" in page and f"quiz {session}, seed 3" in key


def test_another_seed_is_another_quiz(session):
    assert quiz_pdf.html(session, 1, key=False) != quiz_pdf.html(session, 2, key=False)


def test_formulas_go_to_mathjax_and_signs_of_html_do_not_get_lost():
    html = quiz_pdf.markdown().render("Is $a < b$ for 1 < 2?")
    assert r"\(a &lt; b\)</span> for 1 &lt; 2?</p>" in html


def test_a_session_without_a_quiz_is_named(tmp_path, capsys):
    from cnnlessons.errors import UnknownName

    with pytest.raises(UnknownName, match="quiz"):
        quiz_pdf.html("lenet6", 1, key=False)


def test_a_slip_of_the_pen_is_one_sentence(capsys):
    with pytest.raises(SystemExit):
        quiz_pdf.main(["shape", "--seed", "7"])
    assert "no quiz named 'shape'; did you mean 'shapes'?" in capsys.readouterr().err
