"""Exercises on a page: a number or a choice is graded there, without a kernel, and never told."""

import json
import re

import pytest
from built_site import tab

pytestmark = [pytest.mark.browser, pytest.mark.book]
LESSON = "book/lenet/lenet5-1998.html"
NUMBER, CHOICE, BUILD = "fill-the-holes", "too-small", "c3-table"


@pytest.fixture(scope="module")
def answers(root):
    return json.loads((root / "book/exercises.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_number_is_graded_and_a_slip_is_named(visit, answers, width):
    page = visit(LESSON, viewport={"width": width, "height": 900}).page
    box = page.locator(f"#exercise-{NUMBER}")
    answer = answers[NUMBER]
    field, said = box.locator("input"), box.locator("[role=status]")
    assert field.input_value() == "" and said.inner_text() == ""
    slip, hint = answer["slips"][0]
    field.fill(str(slip))
    field.press("Enter")
    assert said.inner_text() == hint
    field.fill(str(answer["value"] + 1))
    box.get_by_role("button", name="Check").click()
    assert said.inner_text() == "Too high."  # and not what it is
    field.fill("many")
    field.press("Enter")
    assert said.inner_text() == "Type a number, such as 156, 0.5 or 60,000."
    field.fill(f"{answer['value']:,}")
    field.press("Enter")
    assert said.inner_text() == f"Right: {answer['shown']}."
    page.reload()
    assert page.locator(f"#exercise-{NUMBER} input").input_value() == f"{answer['value']:,}"  # the page remembers
    assert page.locator(f"#exercise-{NUMBER} [role=status]").inner_text().startswith("Right")


def test_a_choice_is_graded_by_keyboard(visit, answers):
    page = visit(LESSON).page
    box = page.locator(f"#exercise-{CHOICE}")
    answer = answers[CHOICE]
    said = box.locator("[role=status]")
    for value, hint in answer["slips"]:
        box.get_by_role("button", name=value, exact=True).focus()
        page.keyboard.press("Enter")
        assert said.inner_text() == hint
        assert box.locator("[aria-pressed=true]").inner_text() == value
    box.get_by_role("button", name=answer["value"], exact=True).click()
    assert said.inner_text() == f"Right: {answer['shown']}."


def test_what_needs_a_notebook_says_how_and_leads_to_its_solution(visit):
    page = visit(LESSON).page
    box = page.locator(f"#exercise-{BUILD}")
    assert box.locator("input, button").count() == 0
    assert f'check("{BUILD}", mine)' in box.inner_text()
    box.get_by_role("link", name="Solution of").click()
    page.wait_for_url(re.compile(rf"solutions\.html#{BUILD}$"))
    assert page.evaluate("document.querySelector(':target') !== null")


def test_hints_open_one_by_one(visit):
    page = visit(LESSON).page
    hints = "".join(f'<details class="hint"><summary>{word}</summary>a</details>' for word in ("one", "two"))
    page.locator("article").evaluate("(e, hints) => e.insertAdjacentHTML('beforeend', hints)", hints)
    one, two = (page.locator("details.hint", has_text=word).last for word in ("one", "two"))
    assert one.is_visible() and not two.is_visible()
    one.locator("summary").click()
    assert two.is_visible()


def test_without_javascript_there_are_questions_and_no_answers(chromium, site_url, answers):
    seen = tab(chromium, site_url, java_script_enabled=False)
    seen.open(LESSON)
    text = seen.page.locator("#try-it").inner_text()
    assert "Fill the holes" in text and "Solution" in text
    assert f"{answers[NUMBER]['value']:,}" not in text
    seen.page.context.close()


def test_every_exercise_has_a_solution_on_its_page(visit, root):
    from cnnlessons.exercises import EXERCISES

    page = visit("book/solutions.html").page
    assert [id for id in EXERCISES if page.locator(f"[id='{id}']").count() != 1] == []
