"""Write the project's web address, decided in _config.yml, wherever else it is used; and the package's version.

python tools/address.py          rewrites the files
"""

import re
import subprocess
import sys
from pathlib import Path

import yaml

# The name the project was published under first; a repository of this name is taken for ours.
FIRST_NAME = "cnnlessons"
# where the address is decided, and where other addresses stand as examples
LEFT = ("_config.yml", "tests/tools/test_address.py")
OWNER, REPO = r"(?P<owner>[\w.-]+)", r"(?P<repo>{names})(?![\w-])"
PLACES = (
    r"github\.com/" + OWNER + "/" + REPO,
    r"raw\.githubusercontent\.com/" + OWNER + "/" + REPO,
    r"colab\.research\.google\.com/github/" + OWNER + "/" + REPO,
    r"mybinder\.org/v2/gh/" + OWNER + "/" + REPO,
    r"(?<![\w-])(?P<owner>[\w-]+)\.github\.io/" + REPO,
)
# The wheel beside the pages, as the notebooks' install cells name it.
WHEEL = re.compile(r"cnnlessons-[\w.+]+-py3-none-any\.whl")


def wheel(root):
    """The wheel's name, which has the version of src/cnnlessons/__init__.py."""
    text = (root / "src/cnnlessons/__init__.py").read_text(encoding="utf-8")
    version = re.search(r'^__version__ = "(.+?)"', text, re.MULTILINE)[1]
    return f"cnnlessons-{version}-py3-none-any.whl"


def decided(root):
    """The address of _config.yml as (owner, repository)."""
    url = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["repository"]["url"]
    match = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+)", url)
    if not match:
        raise SystemExit(f"_config.yml: repository.url is {url!r}; write it as https://github.com/OWNER/REPOSITORY")
    return match.groups()


def patterns(*names):
    """Where the address of a repository of one of these names may stand."""
    either = "|".join(sorted(map(re.escape, names)))
    return [re.compile(place.replace("{names}", either), re.IGNORECASE) for place in PLACES]


def derived(text, owner, repo, former=()):
    """The text with every address of ours (or of the `former` names) made the decided one."""

    def put(match):
        whole = match.group()
        for group, value in sorted({"owner": owner, "repo": repo}.items(), key=lambda g: -match.start(g[0])):
            start, end = (edge - match.start() for edge in match.span(group))
            whole = whole[:start] + value + whole[end:]
        return whole

    ours = patterns(FIRST_NAME, repo, *former)
    lines = text.splitlines(keepends=True)
    for n, line in enumerate(lines):
        if any(host in line.lower() for host in ("github", "mybinder")):  # most of a notebook is pictures
            for pattern in ours:
                line = pattern.sub(put, line)
            lines[n] = line
    return "".join(lines)


def addressed_files(root):
    """The project's text files, as git knows them."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        path = root / name
        if name in LEFT or not path.is_file():
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or another binary file holds no address


def main(root, former=()):
    """Rewrite the files whose address is not the decided one; `former` names this repository had."""
    owner, repo = decided(root)
    name = wheel(root)
    for path, text in addressed_files(root):
        new = WHEEL.sub(name, derived(text, owner, repo, former))
        if new != text:
            path.write_text(new, encoding="utf-8")
            print(f"{path.relative_to(root)}: now {owner}/{repo}, {name}")


if __name__ == "__main__":
    main(Path(__file__).parents[1], sys.argv[1:])
