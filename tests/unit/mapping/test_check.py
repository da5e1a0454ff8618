"""A document held against its JSON Schema, told as a person would tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from converters.mapping.check import check_document
from converters.mapping.document import load


def told(tmp_path: Path, text: str, schema: str = "dataset") -> list[str]:
    path = tmp_path / "spec.yaml"
    path.write_text(text, encoding="utf-8")
    return [str(item) for item in check_document(load(path, "spec.yaml"), schema)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("dataset: AE\nsource: ae\n", [], id="nothing wrong"),
        pytest.param(
            "dataset: AE\nsorce: ae\n",
            ["2:1: unknown key 'sorce' (did you mean 'source'?)"],
            id="key",
        ),
        pytest.param("source: ae\n", ["1:1: lacks the key 'dataset'"], id="required"),
        pytest.param("- dataset: AE\n", ["1:1: expected a mapping, found a list"], id="a list"),
        pytest.param("AE\n", ["1:1: expected a mapping, found the text 'AE'"], id="a word"),
        pytest.param(
            "dataset: ae\n",
            [
                "1:10: dataset: 'ae' is not a dataset name: 2 to 8 capitals and digits, a letter"
                " first"
            ],
            id="name of the dataset",
        ),
        pytest.param(
            "dataset: AE\nvariables: {aeterm: {from: A}}\n",
            ["2:13: 'aeterm' is not a variable name: up to 8 capitals and digits, a letter first"],
            id="name of a variable",
        ),
        pytest.param(
            "dataset: AE\nvariables: {AETERMINATE: {from: A}}\n",
            [
                "2:13: 'AETERMINATE' is not a variable name: up to 8 capitals and digits, a letter"
                " first"
            ],
            id="a name that is too long",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {form: A}\n",
            ["3:12: unknown key 'form' (did you mean 'from'?)"],
            id="rule",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: A\n",
            ["3:11: AETERM: expected a mapping, found the text 'A'"],
            id="no mapping",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM:\n",
            ["3:10: AETERM: expected a mapping, found nothing"],
            id="nothing",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {}\n",
            ["3:11: AETERM: must not be empty"],
            id="empty",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {from: [A]}\n",
            ["3:18: from: expected text, found a list"],
            id="a list for a text",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {from: 5}\n",
            ["3:18: from: expected text, found the value '5'"],
            id="a number for a text",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {from: A, uppercase: yes}\n",
            ["3:32: uppercase: expected true or false, found the text 'yes'"],
            id="yes is text",
        ),
        pytest.param(
            "dataset: AE\nkeep: {by: [A], order: [B], pick: lst}\n",
            [
                "2:35: pick: 'lst' is not one of first, last, lowest, highest, worst, average"
                " (did you mean 'last'?)"
            ],
            id="one of",
        ),
        pytest.param(
            "dataset: AE\nunpivot: {columns: [A]}\n",
            ["2:10: unpivot: lacks the key 'name' and 'value'"],
            id="several required",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {split: {column: A, separator: '-', part: two}}\n",
            ["3:53: part: expected a whole number, found the text 'two'"],
            id="whole number",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {datetime: {date: A, pivot: 100}}\n",
            None,
            id="too large",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {datetime: 5}\n",
            ["3:22: datetime: expected text or a mapping, found the value '5'"],
            id="neither of two forms",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {concat: {colums: [A]}}\n",
            [
                "3:20: concat: lacks the key 'columns'",
                "3:21: unknown key 'colums' (did you mean 'columns'?)",
            ],
            id="the form that was meant",
        ),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {concat: [A, 5]}\n",
            ["3:24: concat: expected text, found the value '5'"],
            id="inside the form that was meant",
        ),
        pytest.param(
            "dataset: AE\nsupplemental:\n  AEX: {from: A}\n",
            ["3:8: AEX: lacks the key 'label'"],
            id="a qualifier without a label",
        ),
        pytest.param(
            "dataset: AE\nrecords: []\n", ["2:10: records: must not be empty"], id="no blocks"
        ),
        pytest.param(
            "dataset: AE\nrecords: [{source: ae, dataset: AE}]\n",
            ["2:24: unknown key 'dataset'; expected one of: "],
            id="a key of the dataset in a block",
        ),
        pytest.param("dataset: AE\nlabel: " + "x" * 41 + "\n", None, id="a label that is too long"),
        pytest.param(
            "dataset: AE\nvariables:\n  AETERM: {recode: {a: [b]}}\n",
            None,
            id="a list in a recode table",
        ),
        pytest.param(
            "a: 1\ndataset: AE\nb: 2\nvariables: []\n",
            ["1:1: unknown key 'a'", "3:1: unknown key 'b'", "4:12: variables: expected a mapping"],
            id="all of them, in order",
        ),
    ],
)
def test_each_difference_is_told_at_its_place(
    tmp_path: Path, text: str, expected: list[str] | None
) -> None:
    found = told(tmp_path, text)
    if expected is None:
        assert len(found) == 1
        assert found[0].startswith(f"spec.yaml:{text.count(chr(10))}:")
        return
    assert len(found) == len(expected), found
    for item, start in zip(found, expected, strict=True):
        assert item.startswith(f"spec.yaml:{start}"), found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("study: {id: S}\nsources: {ae: {path: ae.csv}}\n", []),
        ("study: {id: S}\n", []),  # sources or datasets, says the study
        (
            "study: {id: S}\ndatasets: 1\n",
            ["2:11: datasets: expected text or a list, found the value '1'"],
        ),
        ("study: {id: S}\nsources: {}\n", ["2:10: sources: must not be empty"]),
        (
            "study: {id: S}\nsources: {AE: {path: ae.csv}}\n",
            [
                "2:11: 'AE' is not a source's name: small letters, digits and underscores, a letter"
                " first"
            ],
        ),
        (
            "study: {id: S}\nsources: {ae: {path: ae.csv, fromat: csv}}\n",
            ["2:30: unknown key 'fromat' (did you mean 'format'?)"],
        ),
        (
            "study: {id: S}\nsources: {ae: {path: ae.csv, format: cvs}}\n",
            [
                "2:38: format: 'cvs' is not one of csv, tsv, xlsx, sas7bdat, xpt, parquet, odm, "
                "redcap (did you mean 'csv'?)"
            ],
        ),
        (
            "study: {id: S, created: tomorrow}\nsources: {ae: {path: ae.csv}}\n",
            ["1:25: created: 'tomorrow' is not a date such as 2026-01-31 or 2026-01-31T12:00:00"],
        ),
        (
            "study: {id: S}\nvisits: [{VISIT: A}]\nsources: {ae: {path: ae.csv}}\n",
            ["2:10: visits: lacks the key 'VISITNUM'"],
        ),
    ],
)
def test_study_yaml_is_told_of_in_the_same_way(
    tmp_path: Path, text: str, expected: list[str]
) -> None:
    assert told(tmp_path, text, "study") == [f"spec.yaml:{item}" for item in expected]


def test_no_message_shows_a_schemas_inner_words(tmp_path: Path) -> None:
    texts: list[Any] = [
        "dataset: AE\nvariables:\n  AETERM: {split: {column: A, separator: '-', part: 0}}\n",
        "dataset: AE\nvariables:\n  AESEQ: {sequence: {by: []}}\n",
        "dataset: AE\nvariables:\n  AETERM: {empty: false}\n",
        "dataset: AE\nvariables:\n  AETERM: {datetime: {date: A, pivot: -1}}\n",
        "dataset: AE\nlabel: " + "x" * 41 + "\n",
    ]
    for text in texts:
        for item in told(tmp_path, text):
            for word in ("const", "{", "minimum", "maxLength", "oneOf", "not ("):
                assert word not in item, item
