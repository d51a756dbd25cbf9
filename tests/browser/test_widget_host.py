"""What all widgets share on a page: the host, its model, files that are loaded late, and readers without JavaScript."""

import pytest
from widget_page import held_against

from cnnlessons.widgets import Shapes, sphinx_ext

pytestmark = pytest.mark.browser


def loaded(page):
    """The files that the host has loaded."""
    scripts = "[...document.scripts].map((script) => script.src.split('/').at(-1).split('?')[0])"
    return [name for name in page.evaluate(scripts) if name not in ("", sphinx_ext.HOST)]


def test_a_widget_is_loaded_when_it_comes_near_the_window(shown):
    page = shown(Shapes(), alive=False, lead=5000)
    page.wait_for_timeout(300)
    assert loaded(page) == []
    assert page.locator(".fallback").is_visible()
    page.evaluate("scrollTo(0, 4500)")
    page.wait_for_selector(".shape-explorer")
    assert loaded(page) == ["shapes.js", "asset-networks.js"]


def test_the_hosts_model_keeps_the_promises_of_anywidgets(shown):
    """`on`, `off` without arguments, and `send`, as AnyModel of @anywidget/types says."""
    page = shown(Shapes(), alive=False)
    heard = page.evaluate("""() => {
        const heard = [];
        const model = new cnnlessonsWidgets.Model({});
        const [a, b] = [() => heard.push('a'), () => heard.push('b')];
        const set = () => { heard.push('|'); model.set('network', ''); };
        model.off();
        model.on('change:network', a); model.on('change:network', b); model.on('change:input', b); set();
        model.off('change:network', a); set();
        model.off('change:network'); set();
        model.on('change:network', a); model.off(null, a); set();
        return heard.join('') + model.send({}) + model.listeners.length;
    }""")
    assert heard == "|ab|b||undefined1"


def test_the_still_is_there_until_the_widget_is(shown):
    page = shown(Shapes(), java_script_enabled=False)
    assert page.locator(".fallback").is_visible()
    assert not shown(Shapes()).locator(".fallback").is_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("one", sphinx_ext.classes().values())
def test_every_widget_is_accessible_and_fits(shown, one, theme, width):
    assert held_against(shown(one(), width=width, theme=theme)) == []


def test_keys_of_a_widget_turn_no_slide(shown):
    page = shown(Shapes())
    page.evaluate("window.heard = [], document.addEventListener('keydown', ({ key }) => heard.push(key))")
    page.get_by_role("button", name="Reset").focus()
    for key in ("ArrowRight", "Space", "n", "PageDown", "Escape", "Control+k"):
        page.keyboard.press(key)
    assert page.evaluate("heard") == ["PageDown", "Escape", "Control", "k"]
    assert page.locator(".cnnlessons-widget").get_attribute("data-prevent-swipe") == ""
