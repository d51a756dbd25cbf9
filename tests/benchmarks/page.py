"""How heavy and how quick each page of the built site is: `python tests/benchmarks/page.py [PAGE …]` after `make book`.

A first visit, with an empty cache, from a server on this machine: bytes as they travel (texts gzipped, the page's own
pictures left out), scripts, milliseconds until the page can be used (the end of the last task over 50 ms, or
DOMContentLoaded; the best of three visits), and the code boxes that are cut off at 1280 px.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests/browser")]

from built_site import FITS, SITE, built_pages, first_visit, served, tab  # noqa: E402
from chromium import WANTED, found, running  # noqa: E402

TASKS = """window.tasks = [];
new PerformanceObserver((list) => tasks.push(...list.getEntries())).observe({ type: 'longtask', buffered: true });"""
READY = """() => {
    const [page] = performance.getEntriesByType('navigation');
    const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
    const ends = tasks.filter((t) => t.startTime > painted).map((t) => t.startTime + t.duration);
    return Math.max(page.domContentLoadedEventEnd, ...ends);
}"""


def measured(browser, base: str, page: str, visits: int) -> tuple[int, int, float, int]:
    """Bytes, scripts, milliseconds and cut-off code boxes of a page."""
    times = []
    for _ in range(visits):
        seen = tab(browser, base)
        seen.page.add_init_script(TASKS)
        seen.open(page)
        seen.page.wait_for_load_state("networkidle")
        times.append(seen.page.evaluate(READY))
        weights = first_visit(seen.files())
        boxes = seen.page.evaluate(FITS)["scrollers"]
        seen.page.context.close()
    scripts = sum(path.suffix == ".js" for path in weights)
    return sum(weights.values()), scripts, min(times), sum(box["kind"] == "code" for box in boxes)


def main(pages: list[str], visits: int = 3) -> int:
    """Print a row per page; say what is missing where there is no site or no browser."""
    path = found()
    if path is None or not SITE.is_dir():
        print(f"Nothing measured: {WANTED}." if path is None else "Nothing measured: run make book first.")
        return 1
    print(f"{'page':40} {'kB':>6} {'scripts':>8} {'ready ms':>9} {'code cut off':>13}")
    totals = [0, 0]
    with served() as base, running(path) as browser:
        for page in pages or built_pages():
            size, scripts, ready, cut = measured(browser, base, page, visits)
            print(f"{page:40} {size / 1000:6.0f} {scripts:8} {ready:9.0f} {cut:13}", flush=True)
            totals = [max(totals[0], size), totals[1] + cut]
    print(f"heaviest {totals[0] / 1000:.0f} kB, {totals[1]} code boxes cut off at 1280 px")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
