"""How each widget is operated, once by pointer and once by keyboard, and what Python may change: for every door it has.

The tests of the built page and of the slides use it, and tools/lab_widgets.py in Jupyter.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator

# What one sees of a widget: its words, the state of its controls, its drawings.
SEEN = """(root) => JSON.stringify([root.innerText,
    [...root.querySelectorAll('input, select')].map((e) => e.type === 'checkbox' ? e.checked : e.value),
    [...root.querySelectorAll('[aria-pressed], [aria-valuenow]')].map((e) => [e.ariaPressed, e.ariaValueNow]),
    [...root.querySelectorAll('svg')].map((e) => e.outerHTML),
    [...root.querySelectorAll('canvas')].filter((e) => e.width * e.height).map((e) => e.toDataURL())])"""


@dataclass(frozen=True)
class Operation:
    """One widget; the functions take its root."""

    traits: tuple[str, str]  # that change by pointer and by keyboard
    pointer: Callable[[Locator], None]
    keyboard: Callable[[Locator], None]
    python: str  # a statement about the widget `w`
    follows: str  # JavaScript about `root`: true once the view shows that


def click_at(part: Locator, across: float, down: float = 0.5) -> None:
    """Press the pointer there, in shares of the part."""
    part.scroll_into_view_if_needed()
    box = part.bounding_box()
    assert box, "it cannot be seen"
    part.page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def stroke(part: Locator, *points: tuple[float, float]) -> None:
    """Drag the pointer through points, in shares of the part."""
    part.scroll_into_view_if_needed()
    box, mouse = part.bounding_box(), part.page.mouse
    assert box, "it cannot be seen"
    for i, (across, down) in enumerate(points):
        mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=5)
        if i == 0:
            mouse.down()
    mouse.up()


def press(part: Locator, *keys: str) -> None:
    """Give it the keyboard and press keys."""
    part.focus()
    for key in keys:
        part.page.keyboard.press(key)


def bet_and_play(race: Locator) -> None:
    """Choose who ends ahead, and let them run."""
    race.get_by_role("group", name="your bet").get_by_role("button").first.click()
    race.get_by_role("button", name="Play").click()


OPERATIONS = {
    "shapes": Operation(
        ("layers", "network"),
        lambda root: root.get_by_role("button", name="Empty stack").click(),
        lambda root: press(root.locator("[data-key=network]"), "ArrowDown"),
        "w.input = [1, 40, 40]",
        "root.querySelector('[data-key=input-1]').value === '40'",
    ),
    "train": Operation(
        ("settings", "settings"),
        lambda root: click_at(root.get_by_role("slider", name="step size"), 0.9),
        lambda root: press(root.get_by_role("slider", name="momentum"), "ArrowLeft", "ArrowLeft"),
        "w.settings = {**w.settings, 'activation': 'sigmoid'}",
        "[...root.querySelectorAll('select')].some((box) => box.value === 'sigmoid')",
    ),
    "gradient": Operation(
        ("settings", "settings"),
        lambda root: click_at(root.get_by_role("slider", name="weights ×"), 0.9),
        lambda root: press(root.get_by_role("slider", name="layers"), "ArrowLeft", "ArrowLeft"),
        "w.settings = {**w.settings, 'activation': 'tanh', 'norm': True}",
        "[...root.querySelectorAll('select')].some((box) => box.value === 'tanh')",
    ),
    "draw": Operation(
        ("drawing", "centre"),
        lambda root: stroke(root.locator(".sheet canvas"), (0.2, 0.2), (0.8, 0.3), (0.4, 0.8)),
        lambda root: press(root.get_by_role("checkbox", name="centre it"), "Space"),
        "w.centre = True",
        "root.querySelector('.step input[type=checkbox]').checked",
    ),
    "window": Operation(
        ("place", "place"),
        lambda root: stroke(root.locator("canvas.active").first, (0.2, 0.2), (0.5, 0.5), (0.7, 0.6)),
        lambda root: press(root.locator("canvas.active").first, "ArrowLeft", "ArrowUp"),
        "w.stride = 3",
        "[...root.querySelectorAll('label')].find((e) => e.innerText.startsWith('stride')).control.value === '3'",
    ),
    "race": Operation(
        ("guess", "stop"),
        bet_and_play,
        lambda root: press(root.get_by_role("slider", name="stop all runs after epoch"), "ArrowLeft"),
        "w.stop = 6",
        "root.querySelector('[role=slider]').getAttribute('aria-valuenow') === '6'",
    ),
}
