"""Notebooks are stored in one form: a re-run without a change of content is no difference."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

DRAWING = """import os
from IPython.display import Image, display
import numpy, PIL.Image, PIL.PngImagePlugin, io
buffer, note = io.BytesIO(), PIL.PngImagePlugin.PngInfo()
note.add_text("when", str(os.getpid()))
PIL.Image.fromarray(numpy.eye(8, dtype="uint8")).save(buffer, "png", pnginfo=note)
display(Image(buffer.getvalue()))"""


@pytest.fixture(scope="module")
def tool():
    """tools/execute.py, which is a script and not part of the package."""
    import execute

    return execute


def write(path, *sources):
    cells = [new_markdown_cell("# Count"), *(new_code_cell(source) for source in sources)]
    cells[-1].metadata = {"tags": ["kept"], "execution": {"iopub.status.busy": "2026"}, "collapsed": False}
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_second_run_changes_no_byte(tool, tmp_path):
    """Neither an address in a repr nor the bytes of an equal picture make a difference."""
    page = write(tmp_path / "page.ipynb", DRAWING, "print('a', flush=True)\nprint('b')\nobject()", "")
    assert tool.main([page]) == 0
    first = page.read_bytes()
    assert tool.main([page]) == 0
    assert page.read_bytes() == first
    notebook = nbformat.read(page, as_version=4)
    assert notebook.metadata == {"kernelspec": tool.KERNEL, "language_info": tool.LANGUAGE}
    _, drawn, counted = notebook.cells
    assert list(drawn.outputs[0].data) == ["image/png", "text/plain"]
    assert counted.outputs[0].text == "a\nb\n"
    assert [drawn.execution_count, counted.execution_count, counted.outputs[1].execution_count] == [1, 2, 2]


def test_what_is_written_to_stderr_is_refused(tool, tmp_path, capsys):
    page = write(tmp_path / "page.ipynb", "import sys\nprint('careful', file=sys.stderr)")
    before = page.read_bytes()
    assert tool.main([page]) == 1
    assert "cell [1] writes to stderr" in capsys.readouterr().out
    assert page.read_bytes() == before


def test_a_cell_that_fails_leaves_the_notebook_as_it_was(tool, tmp_path, capsys):
    page = write(tmp_path / "page.ipynb", "1 / 0")
    before = page.read_bytes()
    assert tool.main([page]) == 1
    assert "ZeroDivisionError" in capsys.readouterr().out
    assert page.read_bytes() == before


def test_a_changed_output_is_stored(tool):
    old = new_notebook(cells=[new_code_cell("2", id="a", outputs=[new_output("execute_result", {"text/plain": "1"})])])
    new = new_notebook(cells=[new_code_cell("2", id="a", outputs=[new_output("execute_result", {"text/plain": "2"})])])
    assert tool.normalise(new, old, []).cells[0].outputs[0].data == {"text/plain": "2"}


def test_views_of_live_widgets_go_and_their_html_stays(tool):
    data = {tool.LIVE_ONLY: {"model_id": "5f"}, "text/html": "<table></table>"}
    [output] = tool.tidy([new_output("display_data", data)], "here")
    assert list(output.data) == ["text/html"]
    assert tool.tidy([new_output("display_data", {tool.LIVE_ONLY: {"model_id": "5f"}})], "here") == []


def test_a_wanted_error_is_its_sentence(tool):
    [output] = tool.tidy([new_output("error", ename="ShapeError", evalue="C3: too small", traceback=["a.py"])], "here")
    assert output.traceback == ["ShapeError: C3: too small"]
