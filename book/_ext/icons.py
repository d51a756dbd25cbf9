"""A Sphinx extension: the theme's icons as one small style sheet, instead of a script and two fonts of 817 kB.

The theme draws `<i class="fa-solid fa-bars">` by a script with every icon there is. Here the outlines of the icons on
our pages are taken from that script into `icons.css`, as masks in the colour of the text. `_templates/layout.html`
leaves the script out. Icons: Font Awesome Free, CC BY 4.0, https://fontawesome.com/license/free.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

SHEET = "icons.css"
# What stands on our pages; tests/browser/test_light.py finds an icon that is missing here.
SHOWN = (
    "angle-left angle-right arrow-up bars circle-half-stroke download expand file file-pdf github kaggle lightbulb list "
    "magnifying-glass moon outdent pencil-alt rocket sun xmark"
).split()
# name:[width,height,[aliases and code points],"code point","outline"]
ICON = re.compile(r'[{,]"?([a-z0-9-]+)"?:\[(\d+),(\d+),\[([^\]]*)\],"\w+","([^"]*)"\]')
RULES = """\
/* Font Awesome Free, https://fontawesome.com, icons CC BY 4.0 */
:is(.fa-solid, .fas, .fab)::before { content: none !important; }
:is(.fa-solid, .fas, .fab) {
  display: inline-block; width: 1.25em; height: 1em; vertical-align: -0.125em;
  background: currentColor; mask: var(--icon) center / contain no-repeat;
}
@media (forced-colors: active) { :is(.fa-solid, .fas, .fab) { background: ButtonText; forced-color-adjust: none; } }
"""


def outlines(script: str) -> dict[str, str]:
    """Each icon of the theme's script, by name and alias, as an SVG; the solid ones, which come last, win."""
    found: dict[str, str] = {}
    for name, width, height, aliases, outline in ICON.findall(script):
        svg = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'><path d='{outline}'/></svg>"
        found |= dict.fromkeys((name, *re.findall(r'"([\w-]+)"', aliases)), svg)
    return found


def sheet(script: str, names: Iterable[str] = SHOWN) -> str:
    """The style sheet with those icons.

    Raises ExtensionError where the script does not hold one of them.
    """
    found = outlines(script)
    if missing := sorted(set(names) - set(found)):
        raise ExtensionError(f"the theme's fontawesome.js has no icon {', '.join(missing)}: mend book/_ext/icons.py")
    return RULES + "".join(f'.fa-{name} {{ --icon: url("data:image/svg+xml,{found[name]}"); }}\n' for name in names)


def theme_script() -> Path:
    """The script of the theme that holds all icons."""
    import pydata_sphinx_theme

    folder = Path(pydata_sphinx_theme.__file__).parent
    return folder / "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"


def write(app: Sphinx) -> None:
    """Put the sheet among the static files before the pages name it, so that its address carries its checksum."""
    if app.builder.format == "html":
        static = Path(app.outdir, "_static")
        static.mkdir(parents=True, exist_ok=True)
        (static / SHEET).write_text(sheet(theme_script().read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.connect("builder-inited", write)
    app.add_css_file(SHEET)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
