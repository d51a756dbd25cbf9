#!/usr/bin/env bash
# Make the virtual environment $1 with the pinned requirements and this package.
set -eu
venv=$1

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
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements.txt --editable .
