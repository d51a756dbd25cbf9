"""How long each chapter runs: measured by `make times`, kept in book/times.json, said on the chapter's page.

For pytest this module is a plugin that adds up the seconds of a notebook's cells; for Sphinx it is an extension that
puts them under the title. A run that failed or left out a chapter writes nothing.
"""

import json
import os
import time
from collections import Counter
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "book/times.json"


def pages(root=ROOT) -> list[str]:
    """What _toc.yml lists in its parts, in order."""
    listed = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [entry["file"] for part in listed["parts"] for entry in part["chapters"]]


def chapters(root=ROOT) -> list[str]:
    """The notebooks of _toc.yml, as book/lenet/five-lenets."""
    return [page for page in pages(root) if not (root / f"{page}.md").exists()]


class Times:
    """Adds up what pytest reports of notebooks, kernels' starts and all."""

    def __init__(self, file=FILE, wanted=None):
        self.file, self.wanted, self.seconds = file, chapters() if wanted is None else wanted, Counter()

    def pytest_runtest_logreport(self, report):
        """Called by pytest: a phase of a cell is over."""
        self.seconds[report.nodeid.partition(".ipynb::")[0]] += report.duration

    def pytest_sessionfinish(self, session, exitstatus):
        """Called by pytest: all is over."""
        if exitstatus == 0 and set(self.wanted) <= set(self.seconds):
            found = {name: round(self.seconds[name]) for name in self.wanted}
            told = {"date": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "seconds": found}
            self.file.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def pytest_configure(config):
    """Called by pytest for `-p run_times`."""
    config.pluginmanager.register(Times())


def sentence(told: dict, name: str) -> str:
    """What the page says, or nothing for a page that does not run."""
    if name not in told["seconds"]:
        return ""
    return (
        f'<p class="run-time">Runs in {told["seconds"][name]} s on {told["cores"]} CPU cores '
        f"(measured {told['date']}).</p>"
    )


def mend(app, pagename, templatename, context, doctree):
    """Put the sentence below the title, in the body of a page."""
    if "body" in context:
        said = sentence(json.loads(app.config.run_times), pagename)
        context["body"] = context["body"].replace("</h1>", f"</h1>\n{said}", 1)


def setup(app):
    """Called by Sphinx, which writes all pages anew when the value differs from the last build's."""
    app.add_config_value("run_times", FILE.read_text(encoding="utf-8"), "html")
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
