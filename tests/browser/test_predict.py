"""Predict boxes in Chromium: pointer, keyboard, phone, axe, no JavaScript, print, and search in the page."""

import nbformat
import pytest
from built_site import BOOK, alone, small_site, violations

from cnnlessons.predictions import answer

pytestmark = pytest.mark.browser
QUESTIONS = (
    ("How many weights?", answer(1560, slips={1500: "The biases are missing."}), "print(1560)", "1,560: with biases."),
    ("Which one?", answer("ReLU", choices=("tanh", "ReLU"), slips={"tanh": "It saturates."}), "print('max')", "ReLU."),
    ("What share?", answer(12.5, within=1, unit="%"), "print(12.5)", "An eighth."),
)


@pytest.fixture(scope="module")
def page_of_boxes(tmp_path_factory):
    """The address of a page built from a notebook with three boxes, opened as a file."""
    folder = tmp_path_factory.mktemp("boxes")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Guess\n\nFirst of all.")])
    for question, kept, code, told in QUESTIONS:
        notebook.cells.append(nbformat.v4.new_markdown_cell(f"So.\n\n> **Predict.** {question}"))
        stream = nbformat.v4.new_output("stream", name="stdout", text=f"output of {code}\n")
        notebook.cells.append(nbformat.v4.new_code_cell(code, execution_count=1, outputs=[stream]))
        output = nbformat.v4.new_output("execute_result", kept._repr_mimebundle_(), execution_count=1)
        hidden = {"tags": ["check", "remove-cell"]}
        notebook.cells.append(
            nbformat.v4.new_code_cell("answer()", execution_count=1, outputs=[output], metadata=hidden)
        )
        notebook.cells.append(nbformat.v4.new_markdown_cell(told))
    notebook.cells.append(nbformat.v4.new_markdown_cell("## Tell a friend\n\nDone."))
    static = f"html_static_path = [{(BOOK / '_static').as_posix()!r}]\nhtml_css_files = ['book.css']\n"
    return small_site(folder, notebook, ["lesson_pages"], static)


@pytest.fixture
def boxes(chromium, page_of_boxes):
    """boxes(**context options) gives the page."""
    with alone(chromium, page_of_boxes) as open_page:
        yield open_page


def is_open(page, number):
    return page.locator(f"#answer-{number}").is_visible()


def test_questions_and_code_are_seen_and_answers_are_not(boxes):
    page, errors = boxes(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.reload()
    assert [is_open(page, n) for n in (1, 2, 3)] == [False, False, False]
    assert page.get_by_text("How many weights?").is_visible()
    assert page.locator(".cell_input").count() == 3 and page.locator(".cell_input").first.is_visible()
    assert not page.get_by_text("output of print(1560)").is_visible()
    assert not page.get_by_text("1,560: with biases.").is_visible()
    assert page.get_by_role("heading", name="Tell a friend").is_visible()  # a heading ends the fold
    assert errors == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1560", "Yes: 1,560."),
        ("1,560", "Yes: 1,560."),
        (" 1 560 ", "Yes: 1,560."),
        ("1.56k", "Yes: 1,560."),
        ("1500", "The biases are missing. It is 1,560."),
        ("1501", "Too low. It is 1,560."),
        ("2e3", "Too high. It is 1,560."),
    ],
)
def test_a_guess_is_answered(boxes, typed, said):
    page = boxes()
    box = page.locator("#predict-1")
    box.get_by_label("Your guess").fill(typed)
    box.get_by_role("button", name="Check").click()
    assert box.get_by_role("status").inner_text() == said
    assert is_open(page, 1) and not is_open(page, 2)


@pytest.mark.parametrize("typed", ["", "many", "-"])
def test_what_is_no_number_opens_nothing(boxes, typed):
    page = boxes()
    box = page.locator("#predict-1")
    box.get_by_label("Your guess").fill(typed)
    box.get_by_role("button", name="Check").click()
    assert "Type a number" in box.get_by_role("status").inner_text()
    assert not is_open(page, 1)


@pytest.mark.parametrize(
    ("typed", "right"), [("12", True), ("0.13", False), ("13,4 %", True), ("1/8", False), ("11", False)]
)
def test_an_estimate_may_be_near(boxes, typed, right):
    page = boxes()
    box = page.locator("#predict-3")
    box.get_by_label("Your guess").fill(typed)
    box.get_by_role("button", name="Check").click()
    assert box.get_by_role("status").inner_text().startswith("Yes") == right
    assert "It is 12.5 %" in box.get_by_role("status").inner_text() or right


def test_all_by_keyboard(boxes):
    page = boxes()
    page.locator("#predict-1 input").focus()
    page.keyboard.type("1500")
    page.keyboard.press("Enter")
    assert is_open(page, 1)
    page.locator("#predict-2 button").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert page.locator("#predict-2").get_by_role("status").inner_text() == "Yes: ReLU."
    assert page.locator("#predict-2 button", has_text="ReLU").get_attribute("aria-pressed") == "true"
    page.locator("#predict-3").get_by_role("button", name="Show the answer").focus()
    page.keyboard.press("Enter")
    assert is_open(page, 3)
    assert page.locator(".predict-score").inner_text() == "You predicted 1 of 3; 1 without a guess."


def test_guesses_are_kept_and_the_switch_too(boxes):
    page = boxes()
    page.locator("#predict-2 button", has_text="tanh").click()
    assert page.locator("#predict-2").get_by_role("status").inner_text() == "It saturates. It is ReLU."
    page.reload()
    assert is_open(page, 2) and not is_open(page, 1)
    page.get_by_role("switch", name="Show all answers").check()
    assert [is_open(page, n) for n in (1, 2, 3)] == [True, True, True]
    page.reload()
    assert is_open(page, 1)
    page.get_by_role("switch", name="Show all answers").uncheck()
    assert [is_open(page, n) for n in (1, 2, 3)] == [False, True, False]


def test_a_search_in_the_page_opens_what_it_finds(boxes):
    page = boxes()
    assert page.locator("#answer-1").get_attribute("hidden") == "until-found"
    page.locator("#answer-1").evaluate("fold => fold.dispatchEvent(new Event('beforematch'))")  # what the browser sends
    assert is_open(page, 1) and page.locator("#predict-1").get_by_role("status").inner_text() == "It is 1,560."


def test_without_javascript_everything_is_open(boxes):
    page = boxes(java_script_enabled=False)
    assert [is_open(page, n) for n in (1, 2, 3)] == [True, True, True]
    assert page.locator(".predict form").count() == 0


def test_print_shows_everything(boxes):
    page = boxes()
    page.emulate_media(media="print")
    assert [is_open(page, n) for n in (1, 2, 3)] == [True, True, True]
    assert not page.locator(".predict-form").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_and_width(boxes, width, scheme):
    page = boxes(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.locator("#predict-2 button", has_text="tanh").click()
    page.locator("#predict-1 input").fill("7")
    page.locator("#predict-1").get_by_role("button", name="Check").click()
    assert [found for found in violations(page) if "predict" in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for part in page.locator(".predict :is(input, button):visible").all():
        assert part.bounding_box()["height"] >= 24  # a finger's target, WCAG 2.2
