"""The project's web address stands in _config.yml; wherever else it is used, it is the same one."""

import json
import subprocess

import pytest
import yaml

INSTALL = ('"https://{owner}.github.io/{repo}/"', '"{wheel}"', '"git+https://github.com/{owner}/{repo}"')


@pytest.fixture(scope="module")
def address():
    """tools/address.py, which is a script and not part of the package."""
    import address

    return address


def test_every_address_is_the_decided_one(address, root):
    owner, repo = address.decided(root)
    wheel = address.wheel(root)
    other = [
        path.relative_to(root).as_posix()
        for path, text in address.addressed_files(root)
        if address.WHEEL.sub(wheel, address.derived(text, owner, repo)) != text
    ]
    assert other == [], "run make address"


def test_it_stands_where_it_is_needed(address, root):
    owner, repo = address.decided(root)
    for name in ("README.md", "CITATION.cff"):
        assert f"https://github.com/{owner}/{repo}" in (root / name).read_text(encoding="utf-8")
    for lesson in sorted(root.glob("book/*/*.ipynb")):
        install = "".join(json.loads(lesson.read_text(encoding="utf-8"))["cells"][1]["source"])
        for place in INSTALL:
            assert place.format(owner=owner, repo=repo, wheel=address.wheel(root)) in install, lesson


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://github.com/cnnlessons/cnnlessons.git", "https://github.com/ada/nets.git"),
        ('git+https://github.com/cnnlessons/cnnlessons"', 'git+https://github.com/ada/nets"'),
        (
            "https://colab.research.google.com/github/cnnlessons/cnnlessons/blob/main/a.ipynb",
            "https://colab.research.google.com/github/ada/nets/blob/main/a.ipynb",
        ),
        ("https://mybinder.org/v2/gh/cnnlessons/cnnlessons/main", "https://mybinder.org/v2/gh/ada/nets/main"),
        ("https://cnnlessons.github.io/cnnlessons/", "https://ada.github.io/nets/"),
        ("https://raw.githubusercontent.com/x/cnnlessons/main/a", "https://raw.githubusercontent.com/ada/nets/main/a"),
        ("https://github.com/ada/nets/issues", "https://github.com/ada/nets/issues"),
        ("https://github.com/other/nets/issues", "https://github.com/ada/nets/issues"),
        # other people's repositories stay theirs
        ("https://github.com/karpathy/lecun1989-repro", "https://github.com/karpathy/lecun1989-repro"),
        ("https://github.com/x/cnnlessons-fork", "https://github.com/x/cnnlessons-fork"),
    ],
)
def test_forms(address, before, after):
    assert address.derived(before, "ada", "nets") == after


@pytest.fixture
def moved(root, address, tmp_path):
    """A copy of the files that name the address, in a repository of their own that has moved."""
    for path, text in address.addressed_files(root):
        if "cnnlessons" in text:
            copy = tmp_path / path.relative_to(root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(text, encoding="utf-8")
    config = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    config["repository"]["url"] = "https://github.com/ada/nets"
    (tmp_path / "_config.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    face = tmp_path / "src/cnnlessons/__init__.py"
    face.write_text(
        face.read_text(encoding="utf-8").replace("__version__ =", '__version__ = "7.8"  #'), encoding="utf-8"
    )
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_make_address_moves_everything(moved, address, capsys):
    address.main(moved)
    assert "README.md: now ada/nets" in capsys.readouterr().out
    for path, text in address.addressed_files(moved):
        assert "github.com/cnnlessons" not in text, path
    assert "github.com/ada/nets" in (moved / "README.md").read_text(encoding="utf-8")
    lesson = (moved / "book/lenet/lenet5-1998.ipynb").read_text(encoding="utf-8")
    assert "https://ada.github.io/nets/" in lesson and "cnnlessons-7.8-py3-none-any.whl" in lesson
    address.main(moved)
    assert capsys.readouterr().out == ""


def test_a_former_name_is_moved_when_told(moved, address):
    page = moved / "README.md"
    page.write_text("https://github.com/ada/old-name", encoding="utf-8")
    address.main(moved)
    assert "old-name" in page.read_text(encoding="utf-8")
    address.main(moved, ["old-name"])
    assert page.read_text(encoding="utf-8") == "https://github.com/ada/nets"


def test_an_address_elsewhere_is_refused(address, tmp_path):
    (tmp_path / "_config.yml").write_text("repository: {url: 'https://example.org/ada'}")
    with pytest.raises(SystemExit, match="OWNER/REPOSITORY"):
        address.decided(tmp_path)
