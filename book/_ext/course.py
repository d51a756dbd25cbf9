"""A Sphinx extension: the sessions of the course as lists and tables, from the front matter of their decks."""

import zlib
from pathlib import Path
from typing import Any, ClassVar

import sessions
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from doors import launchers
from lesson_pages import hours
from lessons import Lesson
from sessions import Session
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from cnnlessons.claims.anchors import sections


def link(text: str, address: str) -> nodes.reference:
    """To a file that `make slides` makes, of which Sphinx knows nothing."""
    return nodes.reference(text, text, refuri=address, internal=False)


def papers(name: str, folder: str = "") -> list[nodes.Node]:
    """The PDF files of a session, a link each."""
    found: list[nodes.Node] = []
    for what, ending in sessions.PAPERS.items():
        found += [nodes.Text(", ")] if found else []
        found.append(link(what, f"{folder}{name}{ending}"))
    return found


def counted(n: int, word: str) -> str:
    """2 lessons, 1 lesson."""
    return f"{n} {word}{'' if n == 1 else 's'}"


class FromDecks(SphinxDirective):
    """What is made of decks; a page with it depends on them, and on the lessons they name."""

    def course(self) -> dict[str, Session]:
        """All sessions by name."""
        try:
            found = sessions.course()
        except sessions.SessionError as error:
            raise self.error(str(error)) from None
        for session in found.values():
            self.env.note_dependency(str(sessions.SLIDES / f"{session.name}.md"))
            for lesson in session.lessons:
                self.env.note_dependency(str(sessions.excerpt.notebook(lesson)))
        return found

    def parsed(self, lines: list[str], node: nodes.Element) -> nodes.Element:
        """The node, with Markdown in it."""
        self.state.nested_parse(StringList(lines, self.name), self.content_offset, node)
        return node


class Decks(FromDecks):
    """`{decks}`: all decks in order, a line each, with what can be printed."""

    def run(self) -> list[nodes.Node]:
        """A numbered list."""
        found = nodes.enumerated_list(enumtype="arabic", prefix="", suffix=".")
        for session in self.course().values():
            words = nodes.paragraph("", "", link(session.title, f"{session.name}.html"), nodes.Text(": "))
            words += papers(session.name)
            found += nodes.list_item("", words)
        return [found]


class Plan(FromDecks):
    """`{plan}`: a table of the sessions named in it, a line each; without names, of all."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The sums and the table."""
        course = self.course()
        names = [line.strip() for line in self.content if line.strip()] or list(course)
        if unknown := [name for name in names if name not in sessions.NAMES]:
            raise self.error(f"plan: there is no session {', '.join(unknown)}")
        chosen = [course[name] for name in names if name in course]
        lessons = dict.fromkeys(lesson for session in chosen for lesson in session.lessons)
        reading = sum(Lesson(sessions.excerpt.notebook(lesson)).minutes for lesson in lessons)
        lines = [
            f"*{counted(len(chosen), 'session')} of {sessions.MINUTES} minutes; "
            f"{counted(len(lessons), 'lesson')} to read, {hours(reading)}.*",
            "",
            "| No. | Session | Lessons | In class | Reading | Homework |",
            "| --: | :-- | :-- | --: | --: | :-- |",
        ]
        for n, session in enumerate(chosen, 1):
            read = ", ".join(f"[{sessions.title(lesson)}]({lesson}.ipynb)" for lesson in session.lessons)
            lines.append(
                f'| {n} | <a href="#session-{session.name}">{session.title}</a> | {read} | {session.minutes}&nbsp;min '
                f"| {session.reading}&nbsp;min | {self.homework(session)} |"
            )
        return [self.parsed(lines, nodes.container(classes=["plan"]))]

    @staticmethod
    def homework(session: Session) -> str:
        """How many exercises, and how long."""
        known = sessions.exercises()
        minutes = sum(known[id].minutes for id in session.exercises if id in known)
        return counted(len(session.exercises), "exercise") + (f", {minutes} min" if minutes else "")


class Sessions(FromDecks):
    """`{sessions}`: everything about each session, a section each; `slides` is the folder of their files."""

    option_spec: ClassVar = {"slides": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The sections."""
        found: list[nodes.Node] = []
        for session in self.course().values():
            section = nodes.section(ids=[f"session-{session.name}"], names=[f"session-{session.name}"])
            section += nodes.title("", f"{session.number}. {session.title}")
            found.append(self.parsed(self.about(session), section))
        return found

    def about(self, session: Session) -> list[str]:
        """A definition list in Markdown."""
        files = {f"{session.name}.html": "slides in the browser"} | {
            f"{session.name}{ending}": f"{what} (PDF)" for what, ending in sessions.PAPERS.items()
        }
        folder = self.options.get("slides", "../slides")
        repository = self.config.html_theme_options["repository_url"].removeprefix("https://github.com/")
        entries = {
            "Slides and paper": [", ".join(f'<a href="{folder}/{file}">{what}</a>' for file, what in files.items())],
            "Lessons": [self.reading(lesson, repository) for lesson in session.lessons],
            "Prepare": [session.prepare],
            "Run live": [f"{self.place(cell)}: {cell.why}" for cell in session.cells],
            "Can be skipped": [session.skip],
            "Homework": [exercise(id) for id in session.exercises],
        }
        lines = []
        for term, items in entries.items():
            if items:
                lines += [term, *(f"{': ' if n == 0 else '  '}- {item}" for n, item in enumerate(items)), ""]
        return lines

    @staticmethod
    def reading(lesson: str, repository: str) -> str:
        """A lesson with its minutes, and where to open it."""
        colab = launchers(repository, f"{lesson}.ipynb")[0]["url"]
        minutes = Lesson(sessions.excerpt.notebook(lesson)).minutes
        figures = f'<a href="../figures/{lesson.replace("/", "-")}.zip">figures</a>'
        solved = f'<a href="../instructors/{lesson}.ipynb" download>with solutions</a>'
        return (
            f"[{sessions.title(lesson)}]({lesson}.ipynb), {minutes} min ([open in Colab]({colab}), {solved}, {figures})"
        )

    @staticmethod
    def place(live: sessions.Live) -> str:
        """A link to the heading above a cell."""
        lesson = Lesson(sessions.excerpt.notebook(live.lesson))
        for cell, anchor, heading in sections(lesson.cells):
            if cell["cell_type"] == "code" and live.piece in cell["source"]:
                break
        return f"[{heading}]({live.lesson}.ipynb{f'#{anchor}' if anchor else ''}), `{live.piece.replace('`', '')}`"


def exercise(id: str) -> str:
    """An exercise in Markdown: its title where the package has it, else its id alone."""
    one = sessions.exercises().get(id)
    if one is None:
        return f"`{id}`"
    return f"`{id}`: {one.title} ({one.level}, {one.minutes} min, in *{sessions.title(one.lesson)}*)"


class Homework(FromDecks):
    """`{exercises} ID ID …`: exercises by title, for a slide."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """A list."""
        known = sessions.exercises()
        ids = self.arguments[0].replace(",", " ").split()
        if unknown := [id for id in ids if id not in known]:
            raise self.error(f"exercises: there is no exercise {', '.join(unknown)}")
        lines = [f"- **{known[id].title}** ({sessions.title(known[id].lesson)}, {known[id].minutes} min)" for id in ids]
        return self.parsed(lines, nodes.container()).children


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    for name, directive in (("decks", Decks), ("plan", Plan), ("sessions", Sessions), ("exercises", Homework)):
        app.add_directive(name, directive)
    made = b"".join(Path(__file__).with_name(f"{name}.py").read_bytes() for name in ("course", "sessions"))
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": zlib.crc32(made)}
