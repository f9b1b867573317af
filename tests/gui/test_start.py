"""What a start does not wait for: pages and dialogs are imported when they are first wanted."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LATER = """
gui.pages.first_start gui.pages.locked gui.pages.settings.page gui.pages.app_settings gui.pages.network_page
gui.dialogs.base gui.dialogs.create gui.dialogs.invite gui.dialogs.person gui.dialogs.participant gui.widgets.join_form
markdown_it pygments segno zxingcpp jeepney
"""


def test_a_start_imports_no_page_or_dialog_that_is_not_shown() -> None:
    program = "import gui.desktop, json, sys; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert not loaded & set(LATER.split())
    assert "gui.pages.conversation_page" in loaded
