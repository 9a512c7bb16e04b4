#!/bin/sh
# Install the locked requirements and edlite itself: install.sh PYTHON VENV
set -eu
python=$1
venv=$2

fail() {
    echo "edlite: $1" >&2
    exit 1
}

command -v "$python" > /dev/null || fail "$python not found; install Python 3.11 or newer, or run: make PYTHON=/path/to/python3"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$python is Python $version; edlite needs 3.11 or newer (make PYTHON=/path/to/python3)"
"$python" -c 'import venv, ensurepip' 2> /dev/null ||
    fail "$python has no venv module; on Debian and Ubuntu: apt install python3-venv"

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"

if uv --version > /dev/null 2>&1; then
    install() { uv pip install --quiet --python "$venv/bin/python" "$@"; }
    echo "edlite: installing into $venv with uv"
else
    "$venv/bin/python" -m pip --version > /dev/null 2>&1 || "$venv/bin/python" -m ensurepip > /dev/null
    install() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
    echo "edlite: installing into $venv with pip (about a minute)"
fi

install --no-deps --require-hashes -r requirements.lock
# the build backend is in the lock: nothing unpinned is fetched
install --no-deps --no-build-isolation --editable .
