#!/bin/sh
# Puts Peer2Peer into the menu of the person who runs it, and lets peer2peer:// links open it.
#   packaging/linux/install.sh [--remove]
# COMMAND names the program where `peer2peer` is not on the path of the desktop.
set -eu
cd "$(dirname "$0")"
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/peer2peer.desktop
icon=$data/icons/hicolor/scalable/apps/peer2peer.svg
if [ "${1:-}" = --remove ]; then
    rm -f "$entry" "$icon"
else
    mkdir -p "$(dirname "$entry")" "$(dirname "$icon")"
    sed "s|^Exec=peer2peer|Exec=${COMMAND:-peer2peer}|" peer2peer.desktop >"$entry"
    cp ../../gui/theme/peer2peer.svg "$icon"
fi
if command -v update-desktop-database >/dev/null 2>&1; then
    update-desktop-database "$data/applications" || true
fi
