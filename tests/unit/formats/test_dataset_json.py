"""Dataset-JSON: what is written, what comes back, and what damage is told."""

from __future__ import annotations

import gzip
import json
import math
import tracemalloc
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.errors import InputError, OutputError
from converters.formats.dataset_json import (
    DatasetJsonHeader,
    DatasetJsonWriter,
    read_dataset_json,
    read_dataset_json_file,
    write_dataset_json,
)
from converters.formats.ibm_float import special_missing

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29, 13, 5, 59)
EXTENSIONS = ("json", "ndjson", "dsjc")
TERM = Variable("AETERM", "Reported Term", "Char", length=8)
SEQ = Variable("AESEQ", "Sequence Number", "Num", "integer", length=8)
DOSE = Variable("DOSE", "Dose", "Num", "float", length=8)
START = Variable("ASTDT", "Start", "Num", "integer", length=8, format="DATE9.")
MOMENT = Variable("ASTDTM", "Start", "Num", "integer", length=8, format="E8601DT.")
CLOCK = Variable("ASTTM", "Start", "Num", "integer", length=8, format="TIME5.")

sample = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def plain(path: Path) -> str:
    """The text of a file in any of its forms."""
    data = path.read_bytes()
    return (zlib.decompress(data) if path.suffix == ".dsjc" else data).decode()


def test_the_file_is_what_the_standard_says(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.json"
    dataset = make((TERM, ['a"\n', None, "é"]), (SEQ, [1, 2, np.nan]), (START, [0, -1, 21609.0]))
    dataset = Dataset(
        Metadata(**{**vars(dataset.metadata), "keys": ("AESEQ", "AETERM")}), dataset.frame
    )
    assert write_dataset_json(dataset, path, created=WHEN) == []
    assert path.read_text(encoding="utf-8") == (
        '{"datasetJSONCreationDateTime":"2024-02-29T13:05:59","datasetJSONVersion":"1.1.0",'
        '"itemGroupOID":"IG.AE","records":3,"name":"AE","label":"","columns":['
        '{"itemOID":"IT.AE.AETERM","name":"AETERM","label":"Reported Term","dataType":"string",'
        '"length":8,"keySequence":2},'
        '{"itemOID":"IT.AE.AESEQ","name":"AESEQ","label":"Sequence Number","dataType":"integer",'
        '"keySequence":1},'
        '{"itemOID":"IT.AE.ASTDT","name":"ASTDT","label":"Start","dataType":"date",'
        '"targetDataType":"integer","displayFormat":"DATE9."}],"rows":[\n'
        '["a\\"\\n",1,"1960-01-01"],\n[null,2,"1959-12-31"],\n["é",null,"2019-03-01"]\n]}\n'
    )


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_dataset_without_rows_or_with_one_variable_comes_back(
    extension: str, make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / f"ae.{extension}"
    for values in ([], [None], ["a", None, "b"]):
        write_dataset_json(make((TERM, values)), path, created=WHEN)
        assert columns.to_list(read_dataset_json(path).frame["AETERM"]) == values


CELLS = st.text(max_size=8).map(lambda text: text or None) | st.none()
NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.just(math.nan)
WHOLE = st.integers(-(2**53), 2**53).map(float) | st.just(math.nan)
DAYS = st.integers(-700_000, 2_900_000).map(float) | st.just(math.nan)
SECONDS = st.integers(-(10**10), 10**11).map(float) | st.just(math.nan)
OF_DAY = st.integers(0, 86_399).map(float) | st.just(math.nan)


@sample
@given(
    st.lists(st.tuples(CELLS, WHOLE, NUMBERS, DAYS, SECONDS, OF_DAY), max_size=20),
    st.sampled_from(EXTENSIONS),
)
def test_what_is_written_comes_back(
    make: Maker, tmp_path: Path, rows: list[tuple[Any, ...]], extension: str
) -> None:
    path = tmp_path / f"ae.{extension}"
    by_column = list(zip(*rows, strict=True)) or [()] * 6
    variables = (TERM, SEQ, DOSE, START, MOMENT, CLOCK)
    dataset = make(*((item, list(each)) for item, each in zip(variables, by_column, strict=True)))
    write_dataset_json(dataset, path, created=WHEN)
    back = read_dataset_json(path)
    assert back.metadata.variables == variables
    for name in dataset.frame:
        before, after = (columns.to_list(each.frame[name]) for each in (dataset, back))
        assert [value for value in before if value == value] == [v for v in after if v == v]
        assert len(before) == len(after)


@pytest.mark.parametrize("extension", ["json", "ndjson"])
def test_pieces_give_the_same_data_as_the_whole(
    extension: str, make: Maker, tmp_path: Path
) -> None:
    rows = 70_001
    dataset = make((TERM, [f"T{row % 999}" for row in range(rows)]), (SEQ, range(rows)))
    path = tmp_path / f"ae.{extension}"
    with DatasetJsonWriter(path, dataset.metadata, created=WHEN) as writer:
        for start, stop in ((0, 1), (1, 1), (1, 65_540), (65_540, rows)):
            writer.write(dataset.frame.iloc[start:stop])
    back = read_dataset_json(path)
    assert back.frame["AESEQ"].tolist() == list(range(rows))
    assert columns.to_list(back.frame["AETERM"]) == columns.to_list(dataset.frame["AETERM"])
    whole = tmp_path / f"whole.{extension}"
    write_dataset_json(dataset, whole, created=WHEN)
    assert plain(whole).replace(str(rows), f"{rows:>15}", 1) == plain(path)


def test_compressed_files_need_their_number_of_rows(make: Maker, tmp_path: Path) -> None:
    dataset = make((TERM, ["a"]))
    with pytest.raises(TypeError, match="records is needed"):
        DatasetJsonWriter(tmp_path / "ae.dsjc", dataset.metadata, created=WHEN)
    writer = DatasetJsonWriter(tmp_path / "ae.dsjc", dataset.metadata, created=WHEN, records=2)
    writer.write(dataset.frame)
    with pytest.raises(ValueError, match="1 rows were written, 2 were announced"):
        writer.close()
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_rows(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.formats.dataset_json_write.DatasetJsonWriter.CHUNK", 2_000)
    dataset = make((TERM, ["a", "b"] * 5_000), (SEQ, range(10_000)))

    def peak(times: int) -> int:
        tracemalloc.start()
        with DatasetJsonWriter(tmp_path / "lb.json", dataset.metadata, created=WHEN) as writer:
            for _ in range(times):
                writer.write(dataset.frame)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(1)
    assert peak(6) < 1.2 * peak(2)


@pytest.mark.parametrize(
    ("item", "values", "words"),
    [
        (DOSE, [1, math.inf], r"AE\.DOSE, row 2: value 'inf': JSON has no infinite numbers"),
        (SEQ, [1.5, 1.5], r"AE\.AESEQ, row 1 and 1 more: value '1\.5': .* is not whole"),
        (START, [0.5], r"AE\.ASTDT, row 1: value '0\.5': the variable is a date, but this is none"),
        (START, [1e9], r"value '1000000000': the variable is a date"),
        (MOMENT, [1e300], r"value '1e\+300': the variable is a datetime"),
        (CLOCK, [86_400], r"value '86400': the variable is a time"),
        (CLOCK, [-1], r"value '-1': the variable is a time"),
    ],
)
def test_what_the_format_cannot_hold_is_one_clear_problem(
    item: Variable, values: list[Any], words: str, make: Maker, tmp_path: Path
) -> None:
    with pytest.raises(OutputError, match=words) as caught:
        write_dataset_json(make((item, values)), tmp_path / "ae.json", created=WHEN)
    assert len(caught.value.problems) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_column_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    metadata = Metadata("AE", "", "", "", (), (SEQ,))
    frame = pd.DataFrame({"AESEQ": columns.text(["x"])})
    with pytest.raises(OutputError, match="the variable is Num, but its column holds text"):
        write_dataset_json(Dataset(metadata, frame), tmp_path / "ae.json", created=WHEN)


def test_special_missing_values_are_null_and_told(make: Maker, tmp_path: Path) -> None:
    values = [special_missing("A"), np.nan, special_missing("A"), special_missing("_")]
    findings = write_dataset_json(make((SEQ, values)), tmp_path / "ae.json", created=WHEN)
    assert [(item.variable, item.value, item.count) for item in findings] == [
        ("AESEQ", ".A", 2),
        ("AESEQ", "._", 1),
    ]
    assert read_dataset_json(tmp_path / "ae.json").frame["AESEQ"].isna().all()


def document(**changes: Any) -> dict[str, Any]:
    """A small Dataset-JSON object; a change to ... leaves the attribute out."""
    whole = {
        "datasetJSONCreationDateTime": "2024-02-29T13:05:59",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.AE",
        "records": 2,
        "name": "AE",
        "label": "Adverse Events",
        "columns": [
            {"itemOID": "A", "name": "AETERM", "label": "Term", "dataType": "string"},
            {"itemOID": "B", "name": "AESEQ", "label": "Sequence", "dataType": "integer"},
        ],
        "rows": [["a", 1], ["", None]],
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not ...}


def typed(data_type: str, *values: Any, target: str | None = None) -> dict[str, Any]:
    column = {"itemOID": "A", "name": "X", "label": "", "dataType": data_type}
    if target:
        column["targetDataType"] = target
    return document(columns=[column], rows=[[value] for value in values], records=len(values))


@pytest.mark.parametrize(
    ("content", "values", "kind"),
    [
        (typed("string", "a", "", None), ["a", None, None], "Char"),
        (typed("URI", "http://x"), ["http://x"], "Char"),
        (typed("date", "2012-03", None), ["2012-03", None], "Char"),
        (typed("integer", None, 2), [math.nan, 2], "Num"),
        (typed("float", 1, 2.5), [1, 2.5], "Num"),
        (typed("double", 1e300), [1e300], "Num"),
        (typed("decimal", "1.50", None, target="decimal"), [1.5, math.nan], "Num"),
        (typed("boolean", True, None, False), [1, math.nan, 0], "Num"),
        (typed("date", "1960-01-02", target="integer"), [1], "Num"),
        (typed("datetime", "1960-01-02T00:00:01", target="integer"), [86_401], "Num"),
        (typed("time", "01:00:00", None, target="integer"), [3600, math.nan], "Num"),
        (typed("integer", None), [math.nan], "Num"),
        (typed("string", None), [None], "Char"),
    ],
)
def test_each_type_is_read_and_written_again(
    content: dict[str, Any], values: list[Any], kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "ae.json"
    path.write_text(json.dumps(content))
    file = read_dataset_json_file(path)
    assert file.dataset.metadata.variables[0].kind == kind
    found = columns.to_list(file.dataset.frame["X"])
    assert [v for v in found if v == v] == [v for v in values if v == v]
    write_dataset_json(file.dataset, path, header=file.header)
    again = json.loads(path.read_text())
    assert again["rows"] == [
        [cell or None if cell == "" else cell] for (cell,) in content["rows"]
    ] or (content["columns"][0]["dataType"] == "decimal" and again["rows"] == [["1.5"], [None]])
    assert again["columns"][0]["dataType"] == content["columns"][0]["dataType"]
    assert again["columns"][0].get("targetDataType") == content["columns"][0].get("targetDataType")


def test_rows_may_come_before_other_attributes_and_hold_brackets(tmp_path: Path) -> None:
    path = tmp_path / "ae.json"
    rows = [["a],[b]]}", 1], ['],"rows":[[', 2]]
    content = {"rows": rows, **document(rows=...)}
    for indent in (None, 2):
        path.write_text("\ufeff" + json.dumps(content, indent=indent) + "\n", encoding="utf-8")
        assert columns.to_list(read_dataset_json(path).frame["AETERM"]) == [row[0] for row in rows]


def test_large_files_are_read_in_pieces_wherever_a_piece_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[None if row % 7 == 0 else f"x],[{row}é", row] for row in range(300)]
    content = json.dumps(document(rows=rows, records=300), ensure_ascii=False)
    for size in (2, 3, 64, 100, 1001, 4096):
        monkeypatch.setattr("converters.formats.dataset_json_read._CHUNK", size)
        for extension, data in (
            ("json", content.encode()),
            ("ndjson", lines(document(rows=rows, records=300))),
            ("dsjc", zlib.compress(lines(document(rows=rows, records=300)))),
        ):
            path = tmp_path / f"ae.{extension}"
            path.write_bytes(data)
            frame = read_dataset_json(path).frame
            assert columns.to_list(frame["AETERM"]) == [row[0] for row in rows]
            assert frame["AESEQ"].tolist() == list(range(300))


def lines(content: dict[str, Any]) -> bytes:
    """The NDJSON form of an object."""
    rows = content.pop("rows")
    return "\n".join(json.dumps(each) for each in [content, *rows]).encode()


BAD = [
    ("", "is empty"),
    ("[]", "is not a JSON object"),
    ("{", r"cut short|is not JSON"),
    ('{"a" 1}', r"expected one of ':'"),
    ('{"a": 1, "a": 2}', "has 'a' twice"),
    (json.dumps(document())[:-1], "the file ends: it is cut short"),
    (json.dumps(document())[:-12], "rows are not JSON, or are cut short"),
    (json.dumps(document()) + "x", "has more after its JSON object"),
    (json.dumps(document(name=...)), "attribute name is missing"),
    (json.dumps(document(label=3)), "attribute label is not text"),
    (json.dumps(document(datasetJSONVersion="1.0.0")), r"is Dataset-JSON 1\.0\.0, expected 1\.1"),
    (json.dumps(document(records=3)), "says it has 3 records, but holds 2"),
    (json.dumps(document(records="2")), "attribute records is not a number"),
    (json.dumps(document(columns={})), "attribute columns is not a list"),
    (json.dumps(document(rows=[["a", 1], ["b"]])), "row 2 has 1 values, others have 2"),
    (json.dumps(document(rows=[["a", 1, 2]] * 2)), "has 2 columns, but 3 values in a row"),
    (json.dumps(document(rows=[["a", 1], {"x": 1}])), "row 2 is not a JSON array"),
    (json.dumps(document(rows=[["a", 1], [["b"], 1]])), r'row 2: \["b"\] does not fit'),
    (json.dumps(document(rows=[["a", 1], [2, 1]])), "row 2: 2 does not fit"),
    (json.dumps(document(rows=[[1, 1], [2, 1]])), "AETERM is string, but holds numbers"),
    (json.dumps(document(rows=[["a", "b"], ["c", "d"]])), 'AESEQ is integer, but holds "b"'),
    (json.dumps(document(rows=[["a", 1], ["c", 1.5]])), r"AESEQ, row 2: 1\.5 is no integer"),
    (json.dumps(document(rows=[["a", 1], ["c", 2**53 + 1]])), "row 2: 9007199254740993 does not"),
    (json.dumps(document(rows=[["a", 1], ["c", 10**400]])), "row 2: 10+ does not fit"),
    (json.dumps(document(rows=[["a", math.nan], ["c", 1]])), "NaN is not JSON"),
    (json.dumps(document(rows=[["a", 1], ["c", math.inf]])), "Infinity is not JSON"),
    (json.dumps(typed("strng", "a")), r"no dataType 'strng' \(did you mean 'string'\?\)"),
    (json.dumps(typed("date", "a", target="date")), "no targetDataType 'date'"),
    (json.dumps(typed("date", "2012-03", target="integer")), "'2012-03' is no complete date"),
    (json.dumps(typed("datetime", "2012-03-01", target="integer")), "is no complete datetime"),
    (json.dumps(typed("time", "10:00Z", target="integer")), "is no complete time"),
    (json.dumps(typed("date", 5, target="integer")), "is date, but holds plain numbers"),
    (json.dumps(typed("decimal", "1,5", target="decimal")), "'1,5' is no decimal number"),
    (json.dumps(document(columns=document()["columns"][:1] * 2)), "two columns are named AETERM"),
    ('{"a":' + "[" * 100_000, "nested too deeply|is not JSON"),
]


@pytest.mark.parametrize(("text", "words"), BAD)
def test_damage_is_told_and_never_read(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "ae.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=words) as caught:
        read_dataset_json(path)
    assert all(problem.file == str(path) for problem in caught.value.problems)


def test_all_wrong_attributes_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "ae.json"
    path.write_text(json.dumps(document(name=..., label=1, columns=[{"name": "X"}])))
    with pytest.raises(InputError) as caught:
        read_dataset_json(path)
    assert len(caught.value.problems) == 4


@pytest.mark.parametrize(
    ("extension", "data", "words"),
    [
        ("ndjson", b"", "is empty"),
        ("ndjson", b"x\n", r"ndjson:1: the first line is not JSON"),
        ("ndjson", b"[]\n", r"ndjson:1: the first line is not an object"),
        ("ndjson", lines(document()) + b"]", r"ndjson:3: the line is not JSON"),
        ("ndjson", lines(document()).replace(b"\n[", b"\n[9],["), r"ndjson:2: the line is not"),
        ("ndjson", lines(document()) + b"\n[1,2]" * 2, "does not fit"),
        ("ndjson", lines(document())[:-11], "says it has 2 records, but holds 1"),
        ("ndjson", b"\xff" + lines(document()), "is not|not JSON"),
        ("dsjc", lines(document()), "is no zlib stream"),
        ("dsjc", zlib.compress(lines(document()))[:-9], "is cut short|is damaged"),
    ],
)
def test_damaged_lines_are_told_with_their_number(
    extension: str, data: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / f"ae.{extension}"
    path.write_bytes(data)
    with pytest.raises(InputError, match=words):
        read_dataset_json(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_dataset_json(tmp_path / "no.json")


@sample
@given(at=st.floats(0, 1), noise=st.binary(min_size=1, max_size=30))
@pytest.mark.parametrize("extension", EXTENSIONS)
def test_noise_is_told_and_does_not_crash(
    extension: str, make: Maker, tmp_path: Path, at: float, noise: bytes
) -> None:
    path = tmp_path / f"ae.{extension}"
    write_dataset_json(make((TERM, list("abc")), (SEQ, [1, 2, 3])), path, created=WHEN)
    data = path.read_bytes()
    place = int(at * len(data))
    path.write_bytes(data[:place] + noise + data[place + len(noise) :])
    try:
        read_dataset_json(path)
    except InputError as error:
        assert error.problems[0].file == str(path)


def test_gzip_is_read_as_dsjc_too(tmp_path: Path) -> None:
    path = tmp_path / "ae.dsjc"
    path.write_bytes(gzip.compress(lines(document())))
    assert columns.to_list(read_dataset_json(path).frame["AETERM"]) == ["a", None]


def examples(shared: Path) -> list[Path]:
    found = sorted((shared / "dataset-json").glob("sdtm/*.json"))
    found += sorted((shared / "dataset-json").glob("adam/*.json"))
    assert len(found) > 10
    return found


def with_nulls(content: dict[str, Any]) -> dict[str, Any]:
    rows = [[None if cell == "" else cell for cell in row] for row in content["rows"]]
    entries = [
        {name: value for name, value in entry.items() if name != "length"}
        for entry in content["columns"]
    ]
    return {**content, "rows": rows, "columns": entries}


def test_published_files_are_written_again_with_the_same_content(
    shared: Path, tmp_path: Path
) -> None:
    schema = json.loads((shared / "dataset-json/schema/dataset.schema.json").read_bytes())
    validator = jsonschema.Draft201909Validator(schema)
    for path in examples(shared):
        file = read_dataset_json_file(path)
        copy = tmp_path / path.name
        assert write_dataset_json(file.dataset, copy, header=file.header) == []
        before = json.loads(path.read_text(encoding="utf-8-sig"))
        after = json.loads(copy.read_text(encoding="utf-8"))
        assert with_nulls(after) == with_nulls(before)
        assert list(validator.iter_errors({**after, "rows": []})) == []
        assert validator.is_valid(after)


def test_all_three_forms_of_a_published_file_hold_the_same(shared: Path, tmp_path: Path) -> None:
    schema = json.loads(
        (shared / "dataset-json/schema/dataset-ndjson-schema.json").read_text(encoding="utf-16")
    )
    # As published, three definitions lie where no reference of it looks for them.
    attributes = schema["$defs"]["DatasetMetadata"]["properties"]
    schema["$defs"] |= attributes["columns"]["items"] | {
        "SourceSystem": attributes["sourceSystem"]["SourceSystem"]
    }
    validator = jsonschema.Draft201909Validator(schema)
    for path in examples(shared):
        expected = read_dataset_json(path).frame
        for extension in ("ndjson", "dsjc"):
            published = path.with_suffix(f".{extension}")
            if published.exists():
                pd.testing.assert_frame_equal(read_dataset_json(published).frame, expected)
            copy = tmp_path / published.name
            write_dataset_json(read_dataset_json(path), copy, created=WHEN)
            pd.testing.assert_frame_equal(read_dataset_json(copy).frame, expected)
            assert validator.is_valid(json.loads(plain(copy).splitlines()[0]))


def test_published_files_hold_what_their_transport_files_hold(shared: Path) -> None:
    from converters.formats import read_dataset

    compared, odd = 0, []
    for path in examples(shared):
        twin = path.with_suffix(".xpt")
        if not twin.exists():
            continue
        ours, theirs = read_dataset(path).frame, read_dataset(twin).frame
        assert list(ours) == list(theirs), path.name
        assert len(ours) == len(theirs), path.name
        for name in ours:
            mine, its = ours[name], theirs[name]
            if columns.is_number(mine) != columns.is_number(its):
                odd.append((path.name, name))
            elif columns.is_number(mine):
                np.testing.assert_allclose(mine, its, rtol=1e-12)
            else:
                texts = [(text or "").rstrip() or None for text in columns.to_list(mine)]
                if texts != columns.to_list(its):
                    odd.append((path.name, name))
            compared += 1
    assert odd == []
    assert compared > 200


def test_a_boolean_must_be_one(make: Maker, tmp_path: Path) -> None:
    header = DatasetJsonHeader("2024-02-29T13:05:59", data_types={"AESEQ": "boolean"})
    with pytest.raises(OutputError, match=r"row 2: value '2': .* neither 0 nor 1"):
        write_dataset_json(make((SEQ, [1, 2])), tmp_path / "ae.json", header=header)


def test_the_header_brings_identifiers(make: Maker, tmp_path: Path) -> None:
    header = DatasetJsonHeader(
        "2024-02-29T13:05:59.5Z",
        file_oid="F",
        last_modified="2024-01-01T00:00:00",
        originator="Sponsor",
        source_system=("cdisc-converters", "1.0"),
        study_oid="S",
        metadata_version_oid="M",
        metadata_ref="define.xml",
        item_group_oid="IG.X",
        item_oids={"AETERM": "IT.X"},
    )
    path = tmp_path / "ae.ndjson"
    write_dataset_json(make((TERM, ["a"])), path, header=header)
    assert read_dataset_json_file(path).header == header
    with pytest.raises(TypeError, match="created or header"):
        write_dataset_json(make((TERM, ["a"])), path)
    with pytest.raises(ValueError, match="extension"):
        write_dataset_json(make((TERM, ["a"])), tmp_path / "ae.jsonl", created=WHEN)
