"""The public interface grows only on purpose."""

from __future__ import annotations

import subprocess
import sys

import converters


def test_the_library_exports_these_names_and_no_others() -> None:
    assert converters.__all__ == [
        "Dataset",
        "Report",
        "check",
        "check_define",
        "convert",
        "define_page",
        "open_study",
        "read_dataset",
        "write_dataset",
    ]
    assert all(getattr(converters, name) is not None for name in converters.__all__)


def test_importing_the_library_does_not_wait_for_pandas() -> None:
    code = "import converters.cli, sys; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
