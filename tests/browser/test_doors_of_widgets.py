"""Every widget on a page that Sphinx has built: from a folder, below a sub-path, and on a slide.

Jupyter, with today's ipywidgets and with Colab's, is operated by tools/lab_widgets.py; the pages of the book by
test_site.py, which brings every widget of a lesson to life before it looks.
"""

from urllib.parse import urlsplit

import nbformat
import pytest
from built_site import served, small_site, tab
from operations import OPERATIONS, SEEN

from cnnlessons.widgets import sphinx_ext

pytestmark = pytest.mark.browser
CLASSES = sphinx_ext.classes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A page with every widget, each far below the one before."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Widgets")])
    for one in CLASSES.values():
        html = nbformat.v4.new_output("execute_result", {"text/html": one().page()}, execution_count=1)
        notebook.cells.append(nbformat.v4.new_code_cell(f"{one.__name__}()", execution_count=1, outputs=[html]))
        notebook.cells.append(nbformat.v4.new_markdown_cell('<div style="height: 3000px"></div>'))
    made = tmp_path_factory.mktemp("page")
    small_site(made, notebook, ["cnnlessons.widgets.sphinx_ext"], "html_context = {'default_mode': 'auto'}\n")
    return made / "html"


@pytest.fixture(scope="module")
def addresses(folder):
    """Of the page's folder: as files, and below a sub-path of a server."""
    with served(folder) as url:
        yield {"file": folder.as_uri(), "sub-path": url}


@pytest.mark.parametrize("name", CLASSES)
@pytest.mark.parametrize("door", ["file", "sub-path"])
def test_a_widget_is_operated_by_pointer_and_keyboard(chromium, addresses, door, name):
    seen = tab(chromium, addresses[door])
    seen.open("index.html")
    place = seen.page.locator(f".cnnlessons-widget[data-widget={name}]")
    assert place.locator(".fallback").is_visible() or place.get_attribute("data-alive") is not None
    place.scroll_into_view_if_needed()
    seen.page.wait_for_selector(f".cnnlessons-widget[data-widget={name}][data-alive]")
    root = place.locator(".cnnlessons").first
    for act in (OPERATIONS[name].pointer, OPERATIONS[name].keyboard):
        before = root.evaluate(SEEN)
        act(root)
        seen.page.wait_for_function(
            f"([root, before]) => ({SEEN})(root) !== before", arg=[root.element_handle(), before]
        )
    assert (seen.foreign, seen.missing, seen.errors) == ([], [], [])
    seen.page.context.close()


def test_only_what_is_near_the_window_is_loaded(chromium, addresses):
    """No widget, engine or digits before; then the files of that one, once each."""
    seen = tab(chromium, addresses["sub-path"])
    seen.page.add_init_script(
        "addEventListener('DOMContentLoaded', () => document.querySelector('main').style.paddingTop = '4000px')"
    )
    seen.open("index.html")
    seen.page.wait_for_load_state("networkidle")

    def loaded():
        names = [urlsplit(request.url).path.rpartition("/")[::2] for request in seen.requests]
        return [file.removesuffix(".js") for folder, file in names if folder.endswith(f"/{sphinx_ext.FOLDER}")]

    assert loaded() == []
    for name, one in CLASSES.items():
        before = loaded()
        seen.page.locator(f".cnnlessons-widget[data-widget={name}]").scroll_into_view_if_needed()
        seen.page.wait_for_selector(f".cnnlessons-widget[data-widget={name}][data-alive]")
        wanted = [name, *(f"asset-{asset}" for asset in one.assets().values())]
        assert loaded() == [*before, *(file for file in wanted if file not in before)]
    seen.page.context.close()
