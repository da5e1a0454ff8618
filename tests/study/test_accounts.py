"""The account of raw records in the files of a package."""

from __future__ import annotations

import json
from pathlib import Path

from converters import convert
from converters.pipeline.account import adds_up

TEMPLATE = Path(__file__).resolve().parents[2] / "mappings" / "template"


def test_the_account_of_records_is_in_manifest_and_findings_and_adds_up(tmp_path: Path) -> None:
    convert(TEMPLATE, tmp_path / "out")
    manifest = json.loads((tmp_path / "out/manifest.json").read_text("utf-8"))
    findings = json.loads((tmp_path / "out/findings.json").read_text("utf-8"))
    assert findings["sources"] == manifest["sources"]
    assert all(adds_up(account) for account in findings["sources"])
    assert sum(account["mapped"] for account in findings["sources"]) > 0
