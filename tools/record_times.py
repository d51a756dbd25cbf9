"""A pytest plugin: adds up how long the cells of each notebook run, and keeps that in book/times.json.

`make times` loads it with `-p record_times`. A run that failed or left out a lesson writes nothing.
"""

import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from toc import ROOT, lessons

FILE = ROOT / "book/times.json"


class Times:
    """Adds up what pytest reports of notebooks, kernels' starts and all."""

    def __init__(self, file: Path = FILE, wanted: Iterable[str] | None = None):
        self.file, self.wanted = file, lessons() if wanted is None else wanted
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest: a phase of a cell is over."""
        self.seconds[report.nodeid.partition(".ipynb::")[0]] += report.duration

    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Called by pytest: all is over."""
        if exitstatus == 0 and set(self.wanted) <= set(self.seconds):
            seconds = {name: round(self.seconds[name]) for name in self.wanted}
            times = {"date": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "seconds": seconds}
            self.file.write_text(json.dumps(times, indent=1) + "\n", encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """Called by pytest for `-p record_times`."""
    config.pluginmanager.register(Times())
