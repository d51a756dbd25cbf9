"""A Sphinx extension: numbers with separators are words of the search index, for this book's heroes are numbers.

Sphinx splits 60,965,224 into three words of digits and looks for none of them. Here it is one word, in the index and in
a question; 60965224 asks for it too.
"""

import re

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

SPLITTER = r"""
var splitQuery = (query) => query
  .replace(/(?<![\d,.])\d{5,}(?![\d,.])/g, (digits) => Number(digits).toLocaleString("en"))
  .match(/\d{1,3}(?:,\d{3})+(?!\d)|[\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu) ?? [];
"""


class English(SearchEnglish):
    """English with numbers such as 60,965,224."""

    js_splitter_code = SPLITTER
    _word_re = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|\w+")


def setup(app: Sphinx) -> dict[str, bool]:
    """Called by Sphinx."""
    app.add_search_language(English)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
