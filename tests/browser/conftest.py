"""One Chromium and one server for all tests of the site; a page is opened once and looked at by several tests."""

import pytest
from built_site import SITE, built_pages, served, tab
from chromium import found, must, running
from widget_page import widget_pages, write_files


def pytest_generate_tests(metafunc):
    if "built_page" in metafunc.fixturenames:
        # The scope keeps the tests of one page together, so that it is loaded once.
        metafunc.parametrize("built_page", built_pages() or ["(no page: run make book first)"], scope="session")


@pytest.fixture(scope="session")
def site_url():
    """Where the built site is served while the tests run."""
    if not SITE.is_dir():
        pytest.fail("there is no _build/html: run make book first")
    with served() as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium from the PATH."""
    path = found()
    if path is None:
        missing = pytest.fail if must() else pytest.skip
        missing("no Chromium on the PATH: make chromium installs one")
    with running(path) as browser:
        yield browser


@pytest.fixture(scope="session")
def reading_tab(chromium, site_url):
    """The tab in which the pages are read, one after the other."""
    seen = tab(chromium, site_url)
    seen.page.add_init_script("localStorage.setItem('cnnlessons-answers', 'shown')")  # look at all there is
    yield seen
    seen.page.context.close()


@pytest.fixture(scope="session")
def reading(reading_tab, built_page):
    """The page in question, loaded once for all tests that only look, and read to its end."""
    reading_tab.window()
    reading_tab.open(built_page)
    reading_tab.read_on()
    return reading_tab


@pytest.fixture
def visit(chromium, site_url):
    """visit(path, **context options) opens a page of the site in a tab of its own, for tests that change something."""
    contexts = []

    def open_page(path, **options):
        seen = tab(chromium, site_url, **options)
        contexts.append(seen.page.context)
        seen.open(path)
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def widget_files(tmp_path_factory):
    """A folder with the host, the widgets and their assets."""
    folder = tmp_path_factory.mktemp("widgets")
    write_files(folder)
    return folder


@pytest.fixture
def shown(chromium, widget_files):
    """shown(*widgets, width=1280, theme="light", **options): a page with those widgets alive; see widget_page.py."""
    with widget_pages(chromium, widget_files) as open_page:
        yield open_page
