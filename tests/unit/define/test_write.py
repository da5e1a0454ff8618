"""The file on disk."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from converters.dataset import (
    Package,
)
from converters.define import define_xml, write_define
from converters.errors import OutputError


def test_a_file_and_a_stream_get_the_same_bytes(package: Package, tmp_path: Path) -> None:
    path = tmp_path / "define.xml"
    path.write_text("an older one")
    stream = io.BytesIO()
    write_define(package, path)
    write_define(package, stream)
    assert path.read_bytes() == stream.getvalue() == define_xml(package)
    assert [entry.name for entry in tmp_path.iterdir()] == ["define.xml"]


def test_a_place_that_cannot_be_written_is_told(package: Package, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"nowhere/define\.xml: cannot be written"):
        write_define(package, tmp_path / "nowhere" / "define.xml")
