"""Parquet: a round trip loses nothing, other tools see labels, damage is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converters import columns
from converters.dataset import (
    Comment,
    Condition,
    Dataset,
    Metadata,
    Method,
    Origin,
    Term,
    UsedCodelist,
    ValueLevel,
    Variable,
)
from converters.errors import InputError, OutputError
from converters.formats.ibm_float import special_missing
from converters.formats.parquet import ParquetWriter, read_parquet, write_parquet

Maker = Callable[..., Dataset]
TERM = Variable("AETERM", "Reported Term", "Char", length=8)
SEQ = Variable("AESEQ", "Sequence Number", "Num", "integer", length=8)
RICH = Variable(
    "AESEV",
    "Severity",
    "Char",
    "text",
    8,
    None,
    "$8.",
    "Record Qualifier",
    "Perm",
    True,
    UsedCodelist("AESEV", "Severity", "C66769", True, (Term("MILD", "C41338", "Mild"),), "SDTM"),
    Origin("Collected", "Investigator", pages=("7", "9-11")),
    Method("Coded", "recode", "Imputation"),
    Comment("A comment, é"),
    False,
    False,
)
ABOUT = Metadata(
    "AE",
    "Adverse Events",
    "EVENTS",
    "One record per event",
    ("AESEQ",),
    (RICH, SEQ),
    domain="AE",
    repeating=False,
    value_level=(ValueLevel("AESEV", (Condition("AESEQ", "IN", ("1", "2")),), RICH),),
    standard=None,
    records=2,
)


def test_all_metadata_come_back(tmp_path: Path) -> None:
    path = tmp_path / "ae.parquet"
    frame = pd.DataFrame({"AESEV": columns.text(["MILD", None]), "AESEQ": pd.Series([1.0, np.nan])})
    assert write_parquet(Dataset(ABOUT, frame), path) == []
    assert read_parquet(path).metadata == ABOUT


CELLS = st.text(st.characters(codec="utf-8"), max_size=8).map(lambda text: text or None) | st.none()
NUMBERS = st.floats(allow_nan=False) | st.sampled_from("_AZ").map(special_missing) | st.just(np.nan)


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(CELLS, NUMBERS), max_size=30))
def test_values_come_back_bit_by_bit(
    make: Maker, tmp_path: Path, rows: list[tuple[Any, Any]]
) -> None:
    path = tmp_path / "ae.parquet"
    texts, numbers = ([row[index] for row in rows] for index in (0, 1))
    dataset = make((TERM, texts), (SEQ, numbers))
    write_parquet(dataset, path)
    back = read_parquet(path)
    assert columns.to_list(back.frame["AETERM"]) == texts
    before, after = (each.frame["AESEQ"].to_numpy().view(np.uint64) for each in (dataset, back))
    assert (before == after).all()
    assert isinstance(back.frame["AETERM"].dtype, pd.CategoricalDtype)


def test_pieces_give_the_same_data_as_the_whole(
    make: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("converters.formats.parquet.ParquetWriter.CHUNK", 100)
    dataset = make((TERM, [f"T{row % 7}" for row in range(501)]), (SEQ, range(501)))
    write_parquet(dataset, tmp_path / "whole.parquet")
    with ParquetWriter(tmp_path / "pieces.parquet", dataset.metadata) as writer:
        for start, stop in ((0, 100), (100, 100), (100, 501)):
            writer.write(dataset.frame.iloc[start:stop])
    data = [(tmp_path / f"{name}.parquet").read_bytes() for name in ("whole", "pieces")]
    assert data[0] == data[1]
    back = read_parquet(tmp_path / "whole.parquet")
    assert columns.to_list(back.frame["AETERM"]) == columns.to_list(dataset.frame["AETERM"])
    assert back.frame["AESEQ"].tolist() == list(range(501))


def test_other_tools_see_nulls_and_labels(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.parquet"
    write_parquet(make((TERM, ["a", None]), (SEQ, [np.nan, 1]), label="Adverse Events"), path)
    table = pq.read_table(path)
    assert table.to_pylist() == [
        {"AETERM": "a", "AESEQ": None},
        {"AETERM": None, "AESEQ": 1.0},
    ]
    assert table.schema.field("AETERM").metadata[b"label"] == b"Reported Term"
    assert table.schema.metadata[b"label"] == b"Adverse Events"


def test_files_of_other_tools_are_read_as_far_as_they_say(tmp_path: Path) -> None:
    path = tmp_path / "adsl.parquet"
    table = pa.table(
        {
            "SUBJID": pa.array(["é1", None, ""]),
            "SEX": pa.array(["F", "M", None]).dictionary_encode(),
            "AGE": pa.array([1, None, 3], pa.int32()),
            "BMI": pa.array([1.5, None, float("nan")]),
            "SAFFL": pa.array([True, None, False]),
            "TRTSDT": pa.array([date(1960, 1, 2), None, date(1959, 12, 31)]),
            "TRTSDTM": pa.array([datetime(1960, 1, 2, 0, 0, 1), None, None], pa.timestamp("ms")),
        }
    )
    pq.write_table(table, path)
    dataset = read_parquet(path)
    assert dataset.name == "ADSL"
    assert [
        (item.name, item.kind, item.data_type, item.length, item.format)
        for item in dataset.metadata.variables
    ] == [
        ("SUBJID", "Char", "text", 3, ""),
        ("SEX", "Char", "text", 1, ""),
        ("AGE", "Num", "integer", 8, ""),
        ("BMI", "Num", "float", 8, ""),
        ("SAFFL", "Num", "integer", 8, ""),
        ("TRTSDT", "Num", "integer", 8, "DATE9."),
        ("TRTSDTM", "Num", "integer", 8, "DATETIME20."),
    ]
    assert columns.to_list(dataset.frame["SUBJID"]) == ["é1", None, None]
    assert dataset.frame["TRTSDT"].fillna(0).tolist() == [1, 0, -1]
    assert dataset.frame["TRTSDTM"].fillna(0).tolist() == [86_401, 0, 0]
    assert dataset.frame["BMI"].isna().tolist() == [False, True, True]


def test_a_column_without_any_value_is_text(tmp_path: Path) -> None:
    path = tmp_path / "ae.parquet"
    pq.write_table(pa.table({"A": pa.nulls(2), "B": ["x", "y"]}), path)
    back = read_parquet(path)
    assert columns.to_list(back.frame["A"]) == [None, None]
    assert back.metadata.variable("A").kind == "Char"


def test_other_types_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"X": pa.array([[1]])}), path)
    with pytest.raises(InputError, match="column X is of type list"):
        read_parquet(path)


def test_a_column_of_the_other_kind_is_refused(tmp_path: Path) -> None:
    frame = pd.DataFrame({"AETERM": pd.Series([1.0]), "AESEQ": columns.text(["x"])})
    dataset = Dataset(Metadata("AE", "", "", "", (), (TERM, SEQ)), frame)
    with pytest.raises(OutputError, match="AESEQ, row 1: value 'x'") as caught:
        write_parquet(dataset, tmp_path / "ae.parquet")
    assert len(caught.value.problems) == 2
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OutputError, match="cannot be written: No such file"):
        write_parquet(dataset, tmp_path / "no" / "ae.parquet")


def test_damage_is_told_and_never_read(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.parquet"
    random = np.random.default_rng(3)
    texts = [f"T{number}" for number in random.integers(0, 300, 1000)]
    dataset = make((TERM, texts), (SEQ, random.normal(size=1000)))
    write_parquet(dataset, path)
    data = path.read_bytes()
    outcomes = set()
    for at in [*random.choice(len(data), size=300, replace=False), *range(0, len(data), 997)]:
        cut = at % 997 == 0
        damaged = data[:at] if cut else data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]
        path.write_bytes(damaged)
        try:
            back = read_parquet(path)
        except InputError as error:
            assert error.problems[0].file == str(path)
            outcomes.add("told")
            continue
        outcomes.add("read")
        assert len(back.frame) == 1000
        assert columns.to_list(back.frame["AETERM"]) == texts
    assert "told" in outcomes


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (b"cdisc-converters", b"{", "its metadata are damaged"),
        (b"cdisc-converters", b'{"name": "AETERM"}', "missing field kind, label"),
        (b"cdisc-converters", b'{"name": 1, "label": "", "kind": "Char"}', "1 is not as expected"),
        (b"cdisc-converters", b'{"name": "A", "label": "", "kind": "Text"}', "'Text' is not as"),
        (b"cdisc-converters", b'{"name": "A", "label": "", "kind": "Num"}', "do not agree"),
        (b"cdisc-converters", b'{"name": "A", "label": "", "kind": "Char", "x": 1}', "unknown"),
        (b"cdisc-converters", b"[]", "is no object"),
    ],
)
def test_metadata_that_are_not_ours_are_told(
    key: bytes, value: bytes, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "ae.parquet"
    schema = pa.schema([pa.field("AETERM", pa.string(), metadata={key: value})])
    pq.write_table(pa.table({"AETERM": ["a"]}, schema=schema), path)
    with pytest.raises(InputError, match=words):
        read_parquet(path)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"x" * 500])
def test_what_is_no_parquet_is_told(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ae.parquet"
    path.write_bytes(data)
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_parquet(path)
    with pytest.raises(InputError, match="cannot be read as Parquet"):
        read_parquet(tmp_path / "no.parquet")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(at=st.floats(0, 1), noise=st.binary(min_size=1, max_size=30), cut=st.booleans())
def test_noise_is_told_and_does_not_crash(
    make: Maker, tmp_path: Path, at: float, noise: bytes, cut: bool
) -> None:
    path = tmp_path / "ae.parquet"
    write_parquet(make((TERM, list("abc")), (SEQ, [1, 2, 3])), path)
    data = path.read_bytes()
    place = int(at * len(data))
    path.write_bytes(data[:place] + noise + data[place + len(noise) * cut :])
    try:
        read_parquet(path)
    except InputError as error:
        assert error.problems[0].file == str(path)
