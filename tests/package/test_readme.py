"""The README's table of settings has every name that the project reads from the environment, and no other."""

import re

import pytest

# What torchrun and PyTorch's workers say to each other, and a variable of Matplotlib that `make` only takes away.
NOT_SETTINGS = {"RANK", "LOCAL_RANK", "TORCHELASTIC_RUN_ID", "OMP_NUM_THREADS", "USE_LIBUV", "MPLBACKEND"}
READ = {
    ".py": r"environ(?:\.get\(|\.pop\(|\.setdefault\(|\[)[\"']([A-Z_]+)|\b(CNNLESSONS_[A-Z]+)\b",
    ".sh": r"\$\{([A-Z_]+):-",
    "Makefile": r"^(?:export )?([A-Z_]+) \?=|\$\(if \$\(([A-Z]+)\),\$\(VENV\)",
}


def found(kind, text):
    return {match[match.lastindex] for match in re.finditer(READ[kind], text, re.MULTILINE)}


def read(root):
    """The names that package, tools and Makefile read."""
    files = [*root.glob("src/**/*.py"), *root.glob("tools/*"), *root.glob("book/_ext/*.py"), root / "Makefile"]
    kinds = [(path, path.suffix or path.name) for path in files if path.is_file()]
    return set().union(*(found(kind, path.read_text(encoding="utf-8")) for path, kind in kinds if kind in READ))


def test_settings_are_those_that_are_read(root):
    table = re.findall(r"^\| `([A-Z_]+)` \|", (root / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(table) == len(set(table))
    assert set(table) == read(root) - NOT_SETTINGS


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (".py", 'os.environ.get("THIS")'),
        (".py", "os.environ['THIS']"),
        (".py", 'os.environ.setdefault("THIS", "x")'),
        (".sh", '"${THIS:-}"'),
        ("Makefile", "export THIS ?= 1"),
        ("Makefile", "THIS ?= 1"),
    ],
)
def test_each_way_to_read_one_is_seen(kind, text):
    assert found(kind, text) == {"THIS"}
