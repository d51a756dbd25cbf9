"""Print quizzes to PDF: ten questions a session, and the key.

python tools/quiz_pdf.py                     the quiz of every session, as NAME-quiz.pdf and NAME-quiz-key.pdf
python tools/quiz_pdf.py shapes --seed 7     another quiz: other numbers, another order, a key of its own
"""

import argparse
import importlib.util
import sys
import tempfile
from pathlib import Path

import chromium
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from cnnlessons.errors import unknown
from cnnlessons.exercises import quiz

ROOT = Path(__file__).parents[1]
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="{fonts}">
<link rel="stylesheet" href="{style}">
<script defer src="{mathjax}"></script>
</head>
<body{kind}>
<header><h1>{title}</h1>{head}</header>
<main>{body}</main>
<footer>CNN Lessons · quiz {session}, seed {seed}</footer>
</body>
</html>
"""
NAME = "<p class=name>Name <span></span> Date <span></span></p><p>One answer of four is right.</p>"


def installed(package: str, path: str) -> str:
    """The address of a file of an installed package."""
    spec = importlib.util.find_spec(package)
    assert spec and spec.origin
    return (Path(spec.origin).parent / path).as_uri()


def markdown() -> MarkdownIt:
    r"""CommonMark with tables and $math$, which becomes the \(math\) of MathJax."""
    signs = {True: r"\[{}\]", False: r"\({}\)"}

    def render(text: str, options: dict[str, bool]) -> str:
        return signs[options["display_mode"]].format(text.replace("&", "&amp;").replace("<", "&lt;"))

    return MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin, renderer=render)


def title(session: str) -> str:
    """Of the session's deck."""
    sys.path.insert(0, str(ROOT / "book/_ext"))
    import sessions

    return sessions.read(session).title


def html(session: str, seed: int, *, key: bool) -> str:
    """A quiz or its key as a page."""
    letters = " · ".join(f"{n}&nbsp;{posed.letter}" for n, posed in enumerate(quiz.quiz(session, seed), 1))
    return PAGE.format(
        title=f"{'Key to the quiz' if key else 'Quiz'}: {title(session)}",
        head=f"<p class=letters>{letters}</p>" if key else NAME,
        body=markdown().render(quiz.paper(session, seed, key=key)),
        kind=" class=key" if key else "",
        fonts=installed("sphinx_revealjs", "_static/revealjs/dist/theme/fonts/source-sans-pro/source-sans-pro.css"),
        style=(ROOT / "book/slides/_static/quiz.css").as_uri(),
        mathjax=installed("sphinx-mathjax-offline", "static/mathjax/tex-chtml.js"),
        session=session,
        seed=seed,
    )


def printed(page, session: str, seed: int, folder: Path, *, key: bool) -> Path:
    """Write one PDF and return its path; a seed other than 1 stands in its name."""
    ending = f"-quiz{'' if seed == 1 else f'-{seed}'}{'-key' if key else ''}.pdf"
    with tempfile.TemporaryDirectory() as place:
        file = Path(place, "quiz.html")
        file.write_text(html(session, seed, key=key), encoding="utf-8")
        page.goto(file.as_uri())
        page.evaluate("MathJax.startup.promise.then(() => document.fonts.ready).then(() => null)")
        target = folder / f"{session}{ending}"
        page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True)
    return target


def main(arguments: list[str]) -> int:
    """Print quizzes and keys; where there is no Chromium say so, and fail only in CI."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("session", nargs="*", metavar="SESSION", help=f"of {', '.join(quiz.names())} (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="another number is another quiz (default: 1)")
    parser.add_argument("--folder", type=Path, default=ROOT / "_build/html/slides", help="(default: %(default)s)")
    args = parser.parse_args(arguments)
    for session in args.session:
        if session not in quiz.names():
            parser.error(str(unknown("quiz", session, quiz.names())))
    path = chromium.found()
    if path is None:
        print(f"No PDF of the quizzes: {chromium.WANTED} (make chromium installs one).")
        return int(chromium.must())
    args.folder.mkdir(parents=True, exist_ok=True)
    with chromium.running(path) as browser:
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(chromium.SLOWEST)
        for session in args.session or quiz.names():
            files = [printed(page, session, args.seed, args.folder, key=key) for key in (False, True)]
            if args.session:
                print(*files, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
