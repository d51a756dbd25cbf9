"""Sphinx settings of the slides: `make slides`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "book/_ext")]

import sessions
from address import decided

owner, repo = decided(ROOT)

project = "CNN Lessons"
author = "The cnnlessons authors"
language = "en"
extensions = [
    "myst_parser",
    "sphinx_revealjs",
    "sphinx-mathjax-offline",
    "sphinxcontrib.bibtex",
    "accessible",
    "course",
    "from_book",
    "cnnlessons.widgets.sphinx_ext",
]
myst_enable_extensions = ["attrs_inline", "colon_fence", "dollarmath", "smartquotes", "substitution"]
myst_substitutions = {"book": f"<https://{owner}.github.io/{repo}>"}
bibtex_bibfiles = ["../references.bib"]
bibtex_reference_style = "author_year"
bibtex_default_style = "plain"

templates_path = ["_templates"]
html_favicon = "../_static/favicon.svg"
html_scaled_image_link = False

revealjs_html_theme = "revealjs-simple"
revealjs_style_theme = "slides.css"
revealjs_static_path = ["_static"]
revealjs_use_section_ids = True
revealjs_script_conf = {
    "width": 1280,
    "height": 720,
    "margin": 0,
    "center": False,
    "display": "flex",
    "hash": True,
    "slideNumber": "c/t",
    "transition": "none",
    "pdfMaxPagesPerSlide": 1,  # laid out before its widgets are alive, a slide may be too long for a moment
    "pdfSeparateFragments": False,
    "totalTime": 60 * sessions.MINUTES,
}
revealjs_script_plugins = [
    {"src": "revealjs/plugin/notes/notes.js", "name": "RevealNotes"},
    {"src": "revealjs/plugin/highlight/highlight.js", "name": "RevealHighlight"},
]
