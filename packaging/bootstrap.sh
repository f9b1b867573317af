#!/bin/sh
# Installs what uv cannot: system libraries that are missing (Debian and Ubuntu), and uv itself, into .uv/.
# With the argument `tests`, what only the tests use: a screen with a window manager and somebody at its mouse and
# keys, a bus for notifications, Node.js for the official channel client. That never asks for a password and never
# fails: tests that lack something are skipped and say so.
# Repeatable; asks for nothing when everything is there.
set -eu
cd "$(dirname "$0")/.."

missing=""
need() { # need PACKAGE FILE-PATTERN...: the package is missing unless one of the files exists
    package=$1
    shift
    for file in "$@"; do
        # shellcheck disable=SC2086 # patterns are meant to expand
        for found in $file; do
            [ -e "$found" ] && return 0
        done
    done
    missing="$missing $package"
}

program() { # program PACKAGE NAME: the package is missing unless there is a program of this name
    command -v "$2" >/dev/null 2>&1 || missing="$missing $1"
}

if [ "${1:-}" = tests ]; then
    program xvfb Xvfb
    program openbox openbox
    program xdotool xdotool
    program dbus-daemon dbus-daemon
    program nodejs node
    program npm npm
    [ -n "$missing" ] || exit 0
    if [ "$(uname -s)" = Linux ] && command -v apt-get >/dev/null 2>&1; then
        sudo=""
        [ "$(id -u)" -eq 0 ] || sudo="sudo -n"
        export DEBIAN_FRONTEND=noninteractive
        $sudo timeout 120 apt-get update -q >/dev/null 2>&1 || true
        # shellcheck disable=SC2086 # a list of packages
        $sudo timeout 300 apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1 && exit 0
    fi
    echo "bootstrap: some tests will be skipped, they want (Debian's names):$missing" >&2
    exit 0
fi

python_header() {
    python3 -c 'import sysconfig; print(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null || echo /nonexistent
}

if [ "$(uname -s)" = Linux ]; then
    need python3 /usr/bin/python3 /usr/local/bin/python3 "$(command -v python3 || echo /nonexistent)"
    need gcc /usr/bin/gcc "$(command -v gcc || echo /nonexistent)"
    need libc6-dev /usr/include/stdlib.h
    need python3-dev "$(python_header)"
    need libgmp-dev /usr/include/gmp.h "/usr/include/*/gmp.h"
    need ca-certificates /etc/ssl/certs/ca-certificates.crt
    library() { need "$1" "/usr/lib/*/$2" "/lib/*/$2" "/usr/lib/$2" "/usr/lib64/$2"; }
    library libglib2.0-0 "libglib-2.0.so.0"
    library libegl1 "libEGL.so.1"
    library libgl1 "libGL.so.1"
    library libdbus-1-3 "libdbus-1.so.3"
    library libfontconfig1 "libfontconfig.so.1"
    library libxkbcommon0 "libxkbcommon.so.0"
    library libxkbcommon-x11-0 "libxkbcommon-x11.so.0"
    library libxcb-cursor0 "libxcb-cursor.so.0"
    library libxcb-icccm4 "libxcb-icccm.so.4"
    library libxcb-image0 "libxcb-image.so.0"
    library libxcb-keysyms1 "libxcb-keysyms.so.1"
    library libxcb-render-util0 "libxcb-render-util.so.0"
    library libxcb-shape0 "libxcb-shape.so.0"
    library libxcb-xkb1 "libxcb-xkb.so.1"
    if ! command -v uv >/dev/null 2>&1 && [ ! -x .uv/bin/uv ]; then
        python3 -c 'import ensurepip, venv' 2>/dev/null || missing="$missing python3-venv"
    fi
fi

if [ -n "$missing" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "bootstrap: these system libraries are missing (Debian's names):$missing" >&2
        echo "bootstrap: install them with your package manager, then run make again" >&2
        exit 1
    fi
    sudo=""
    if [ "$(id -u)" -ne 0 ]; then
        sudo=sudo
        echo "bootstrap: installing$missing (asks for your password)" >&2
    fi
    export DEBIAN_FRONTEND=noninteractive
    $sudo apt-get update -q >/dev/null
    # shellcheck disable=SC2086 # a list of packages
    $sudo apt-get install -y -q --no-install-recommends $missing >/dev/null
fi

if ! command -v uv >/dev/null 2>&1 && [ ! -x .uv/bin/uv ]; then
    python3 -m venv .uv
    .uv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.9"
fi
