"""Transport files read: what comes back, from whom, and what damage is told."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from converters import columns
from converters.dataset import Dataset, Metadata, Variable
from converters.errors import InputError
from converters.formats.ibm_float import GREATEST, LEAST
from converters.formats.xpt import (
    missing_letter,
    read_members,
    read_xpt,
    special_missing,
    write_xpt,
)

Maker = Callable[..., Dataset]
WHEN = datetime(2024, 2, 29, 13, 5, 59)
TERM = Variable("AETERM", "Reported Term", "Char", length=8, format="$8.")
SEQ = Variable("AESEQ", "Sequence Number", "Num", "integer", length=8, format="8.2")

sample = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    rows = draw(st.integers(0, 12))
    # Without it a short record could be blank at the end, which no reader can see.
    variables = [Variable("ID", "", "Char", length=1)]
    frame = {"ID": columns.text(["x"] * rows)}
    for index in range(draw(st.integers(0, 5))):
        name = f"V{index}"
        label = draw(st.text(st.characters(codec="ascii", exclude_characters="\0"), max_size=40))
        if draw(st.booleans()):
            # Trailing blanks and blank texts have no place in a transport file.
            texts = st.text(st.characters(codec="utf-8"), max_size=40).map(
                lambda text: text.rstrip(" ") or None
            )
            values = draw(st.lists(texts | st.none(), min_size=rows, max_size=rows))
            frame[name] = columns.text(values)
            longest = max((len(text.encode()) for text in values if text), default=0)
            length = draw(st.integers(max(longest, 1), 200))
            form = draw(st.sampled_from(["", "$20.", "$CHAR8."]))
            variables.append(Variable(name, label.rstrip(" "), "Char", length=length, format=form))
        else:
            form = draw(st.sampled_from(["", "8.2", "BEST12.", "DATE9.", "DATETIME20."]))
            size = st.floats(LEAST, 5e6 if form.startswith("DATE") else GREATEST)
            number = size | st.sampled_from([0.0, math.nan])
            if not form.startswith("DATE"):
                number |= size.map(lambda value: -value)
            letters = st.sampled_from("_AMZ").map(special_missing)
            numbers = draw(st.lists(number | letters, min_size=rows, max_size=rows))
            frame[name] = pd.Series(numbers, dtype="float64")
            item = Variable(name, label.rstrip(" "), "Num", "float", length=8, format=form)
            variables.append(item)
    metadata = Metadata("HYPO", draw(st.sampled_from(["", "A label"])), "", "", (), ())
    return Dataset(
        Metadata(**{**vars(metadata), "variables": tuple(variables)}), pd.DataFrame(frame)
    )


@sample
@given(datasets(), st.sampled_from([5, 8]))
def test_what_is_written_comes_back(tmp_path: Path, dataset: Dataset, version: int) -> None:
    path = tmp_path / "hypo.xpt"
    write_xpt(dataset, path, created=WHEN, version=version, encoding="utf-8")
    back = read_xpt(path)
    assert back.metadata.label == dataset.metadata.label
    for wrote, read in zip(dataset.metadata.variables, back.metadata.variables, strict=True):
        assert (wrote.name, wrote.label, wrote.kind, wrote.length, wrote.format) == (
            *(read.name, read.label, read.kind, read.length, read.format),
        )
        before, after = dataset.frame[wrote.name], back.frame[wrote.name]
        if wrote.kind == "Char":
            assert columns.to_list(before) == columns.to_list(after)
        else:
            bits = [column.to_numpy().view(np.uint64) for column in (before, after)]
            assert (bits[0] == bits[1]).all()


@sample
@given(datasets(), st.sampled_from([5, 8]))
def test_pyreadstat_reads_the_same(tmp_path: Path, dataset: Dataset, version: int) -> None:
    path = tmp_path / "hypo.xpt"
    texts = [item for item in dataset.metadata.variables if item.kind == "Char"]
    for item in texts:  # it ends a text at a NUL byte
        column = dataset.frame[item.name]
        dataset.frame[item.name] = columns.map_text(
            column, lambda values: [value.replace("\0", "?") for value in values]
        )
    write_xpt(dataset, path, created=WHEN, version=version, encoding="utf-8")
    assert_pyreadstat_agrees(path)


def assert_pyreadstat_agrees(path: Path, encoding: str | None = None) -> None:
    """Data, labels, formats, lengths and stamps as an independent reader sees them."""
    member = read_members(path)[0]
    ours, metadata = member.dataset.frame, member.dataset.metadata
    theirs, meta = pyreadstat.read_xport(path, disable_datetime_conversion=True, encoding=encoding)
    assert meta.table_name == metadata.name
    assert (meta.file_label or "") == metadata.label
    assert meta.creation_time == member.header.member.created
    assert len(theirs) == len(ours)
    assert meta.column_names == [item.name for item in metadata.variables]
    for item in metadata.variables:
        assert (meta.column_names_to_labels[item.name] or "") == item.label
        assert meta.variable_storage_width[item.name] == item.length
        assert (meta.original_variable_types[item.name] or "").rstrip(".") == item.format.rstrip(
            "."
        )
        if item.kind == "Char":
            mine = ["" if text is None else text for text in columns.to_list(ours[item.name])]
            assert theirs[item.name].tolist() == mine
        elif len(ours):
            np.testing.assert_array_equal(
                theirs[item.name].to_numpy(dtype=np.float64), ours[item.name].to_numpy()
            )


def test_metadata_come_back(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    write_xpt(make((TERM, ["a", None]), (SEQ, [1, 2]), label="Adverse Events"), path, created=WHEN)
    member = read_members(path)[0]
    assert member.dataset.metadata.variables == (TERM, SEQ)
    assert (member.dataset.name, member.dataset.metadata.label) == ("AE", "Adverse Events")
    assert member.header.member.created == member.header.library.modified == WHEN
    assert isinstance(member.dataset.frame["AETERM"].dtype, pd.CategoricalDtype)
    assert member.dataset.frame["AESEQ"].dtype == np.float64


def test_special_missing_values_come_back_with_their_letter(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    values = [special_missing("A"), np.nan, special_missing("_"), 1.0]
    write_xpt(make((SEQ, values)), path, created=WHEN)
    back = read_xpt(path).frame["AESEQ"]
    assert [missing_letter(value) for value in back] == ["A", "", "_", ""]
    assert back.isna().tolist() == [True, True, True, False]


@pytest.mark.parametrize("version", [5, 8])
@pytest.mark.parametrize("length", [1, 80, 200])
def test_a_dataset_without_rows_comes_back(
    version: int, length: int, make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "ae.xpt"
    item = Variable("X", "", "Char", length=length)
    write_xpt(make((item, [])), path, created=WHEN, version=version)
    back = read_xpt(path)
    assert (len(back.frame), list(back.frame.columns)) == (0, ["X"])
    assert len(path.read_bytes()) % 80 == 0


@pytest.mark.parametrize(
    ("length", "values", "kept"),
    [
        # A record shorter than a card: blank records at the end are padding, as in SAS.
        (8, ["TEXT"] + [None] * 9, 1),
        (8, [None] * 10 + ["TEXT"] + [None] * 19, 11),
        (20, [None] * 4, 0),
        (40, [None] * 4 + ["x"] + [None] * 5, 5),
        (35, [None, "x", None], 2),
        (79, ["x", None], 1),
        (8, ["TEXT"] + [None] * 200_000, 1),
        (8, [None] * 200_000 + ["TEXT"], 200_001),
        # From 80 bytes on padding cannot be a record.
        (80, ["x", None], 2),
        (80, [None, None], 2),
        (81, ["x", None, None], 3),
        (160, [None], 1),
    ],
)
def test_blank_records_at_the_end_count_as_sas_counts_them(
    length: int, values: list[Any], kept: int, make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "ae.xpt"
    write_xpt(make((Variable("X", "", "Char", length=length), values)), path, created=WHEN)
    assert columns.to_list(read_xpt(path).frame["X"]) == values[:kept]


def library(make: Maker, folder: Path, *lengths: int, version: int = 5) -> Path:
    """A file of several members D1, D2 ... with records of the given lengths."""
    data = b""
    for index, length in enumerate(lengths, start=1):
        path = folder / "one.xpt"
        item = Variable("X", "", "Char", length=length)
        values = [f"{index}{row}"[:length] for row in range(index)]
        write_xpt(make((item, values), name=f"D{index}"), path, created=WHEN, version=version)
        data += path.read_bytes()[240 if data else 0 :]
    path.unlink()
    path = folder / "several.xpt"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("version", [5, 8])
def test_several_members_are_read_apart(version: int, make: Maker, tmp_path: Path) -> None:
    path = library(make, tmp_path, 3, 200, 80, 79, version=version)
    members = read_members(path)
    assert [member.dataset.name for member in members] == ["D1", "D2", "D3", "D4"]
    assert [len(member.dataset.frame) for member in members] == [1, 2, 3, 4]
    assert read_xpt(path, "d3").frame["X"].tolist() == ["30", "31", "32"]
    with pytest.raises(InputError, match="holds 4 datasets, name one: D1, D2, D3, D4"):
        read_xpt(path)
    with pytest.raises(InputError, match=r"holds no dataset D33 \(did you mean 'D3'\?\)"):
        read_xpt(path, "D33")


def test_variables_are_found_by_their_position(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    write_xpt(make((TERM, ["abc"]), (SEQ, [7])), path, created=WHEN)
    data = bytearray(path.read_bytes())
    data[640 + 84 : 640 + 88], data[780 + 84 : 780 + 88] = struct.pack(">l", 8), bytes(4)
    records = data.index(b"HEADER RECORD*******OBS ") + 80
    data[records : records + 16] = data[records + 8 : records + 16] + data[records : records + 8]
    path.write_bytes(data)
    assert read_xpt(path).frame.to_dict("records") == [{"AETERM": "abc", "AESEQ": 7.0}]


@pytest.mark.parametrize(
    ("data", "encoding", "found"),
    [
        ("Ménière".encode(), None, ("Ménière", "utf-8")),
        ("Ménière".encode("cp1252"), None, ("Ménière", "cp1252")),
        (b"5\x81g", None, ("5\x81g", "latin-1")),
        ("日本".encode("shift-jis"), "shift-jis", ("日本", "shift-jis")),
    ],
)
def test_the_encoding_is_found_or_given(
    data: bytes, encoding: str | None, found: tuple[str, str], make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "ae.xpt"
    write_xpt(make((TERM, ["HERE"]), (SEQ, [1])), path, created=WHEN)
    written = path.read_bytes()
    path.write_bytes(written.replace(b"HERE    ", data.ljust(8)[:8]))
    expected = data[:8].decode(found[1])
    member = read_members(path, encoding=encoding)[0]
    assert member.dataset.frame["AETERM"].tolist() == [expected]
    assert member.header.encoding == found[1]
    write_xpt(member.dataset, tmp_path / "again.xpt", header=member.header)
    assert (tmp_path / "again.xpt").read_bytes() == path.read_bytes()


def test_a_wrong_encoding_is_told(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    write_xpt(make((TERM, ["é"])), path, created=WHEN, encoding="latin-1")
    with pytest.raises(InputError, match=r"AE, AETERM: b'\\xe9 +' is not utf-8"):
        read_xpt(path, encoding="utf-8")
    with pytest.raises(InputError, match="there is no encoding 'klingon'"):
        read_xpt(path, encoding="klingon")


def good(make: Maker, path: Path) -> bytes:
    """A file of 5 records of 108 bytes."""
    item = Variable("LONG", "", "Char", length=92)
    dataset = make((TERM, list("abcde")), (SEQ, [1, 2, 3, 4, 5]), (item, ["x" * 92] * 5))
    write_xpt(dataset, path, created=WHEN)
    return path.read_bytes()


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: b"", "is empty"),
        (lambda data: b"PK\3\4" * 40, "is no SAS transport file"),
        (lambda data: b"**COMPRESSED** " * 16, "PROC CPORT"),
        (lambda data: data[:-1], "no whole number of 80-byte cards"),
        (lambda data: data.replace(b"\n", b"\r\n") + b"\n", "no whole number of 80-byte cards"),
        (lambda data: data[:240], "holds no dataset"),
        (lambda data: data[:400], r"the dataset's header is damaged \(at byte 400\)"),
        (lambda data: data[:560], r"expected the header NAMESTR.*\(at byte 560\)"),
        (lambda data: data[:640], "3 variables do not fit into the file"),
        (lambda data: data[:1120], "expected the header OBS"),
        (lambda data: data[:-160], "cut short in record 4"),
        (lambda data: patched(data, 200, b"x") and data[:-80], "cut short in record 5"),
        (lambda data: data + b"x" * 80, "cut short in record 6"),
        (lambda data: data + data[1200:], "cut short in record"),
        (lambda data: patched(data, 612, b"x"), "expected a number"),
        (lambda data: patched(data, 610, b"9999"), "99990003 variables do not fit"),
        (lambda data: patched(data, 614, b"0002"), "damaged|expected"),
        (lambda data: patched(data, 314, b"0144"), r"descriptors of b'0144' bytes"),
        (lambda data: patched(data, 640, b"\0\3"), "variable number 1: type 3"),
        (lambda data: patched(data, 644, b"\0\7"), r"AE\.AESEQ: length or position is damaged"),
        (lambda data: patched(data, 784, b"\0\11"), r"AE\.AESEQ: length or position"),
        (lambda data: patched(data, 724, b"\xff"), r"AE\.AETERM: length or position"),
        (lambda data: patched(data, 648, b"\xff"), r"name b'\\xffETERM' is damaged"),
        (lambda data: patched(data, 648, b" " * 8), "name b'' is damaged"),
        (lambda data: patched(data, 788, b"AETERM  "), "two of the same name"),
        (lambda data: patched(data, 696, b"$?"), "is not a SAS format"),
        (lambda data: patched(data, 408, b"\0" * 8), "name b'' is damaged"),
    ],
)
def test_damage_is_told_and_never_read(
    damage: Callable[[bytes], bytes], words: str, make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "ae.xpt"
    path.write_bytes(damage(good(make, path)))
    with pytest.raises(InputError, match=words) as caught:
        read_xpt(path)
    assert caught.value.problems[0].file == str(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_xpt(tmp_path / "no.xpt")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_xpt(tmp_path)


@pytest.mark.parametrize("version", [5, 8])
def test_a_file_cut_anywhere_is_told_or_gives_its_first_records(
    version: int, make: Maker, tmp_path: Path
) -> None:
    path = tmp_path / "ae.xpt"
    item = Variable("LONG", "L" * 40 * (version > 5) + "L", "Char", length=92)
    dataset = make((TERM, list("abcdefghij")), (item, ["x" * 92] * 10))
    write_xpt(dataset, path, created=WHEN, version=version)
    data = path.read_bytes()
    readable = []
    for size in sorted({at + off for at in range(0, len(data), 40) for off in (0, 1)}):
        path.write_bytes(data[:size])
        try:
            frame = read_xpt(path).frame
        except InputError:
            continue
        readable.append(size)
        assert frame["AETERM"].tolist() == list("abcdefghij")[: len(frame)]
    # Where a card and a record (of 100 bytes) end together, nobody can see the cut.
    start = data.index(b"HEADER RECORD*******OBS") + 80
    whole = list(range(start, len(data), 400)) if version == 5 else []
    assert readable == whole


def test_any_bit_flipped_is_told_or_changes_no_number_of_rows(make: Maker, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    data = good(make, path)
    random = np.random.default_rng(7)
    rows = set()
    for bit in random.choice(len(data) * 8, size=500, replace=False):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        try:
            rows.add(len(read_xpt(path).frame))
        except InputError as error:
            assert error.problems[0].message
    assert rows == {5}


@pytest.mark.parametrize("version", [5, 8])
@sample
@given(noise=st.binary(min_size=1, max_size=400), at=st.floats(0, 1))
def test_noise_is_told_and_does_not_crash(
    make: Maker, tmp_path: Path, version: int, noise: bytes, at: float
) -> None:
    path = tmp_path / "ae.xpt"
    item = Variable("LONG", "L" * (40 + version), "Char", length=92)
    write_xpt(make((item, ["x"] * 5)), path, created=WHEN, version=version, lenient=version == 5)
    data = path.read_bytes()
    place = int(at * len(data))
    path.write_bytes(data[:place] + noise + data[place + len(noise) :])
    try:
        read_members(path)
    except InputError as error:
        assert error.problems[0].file == str(path)


@pytest.mark.parametrize("version", [5, 8])
def test_files_of_pyreadstat_are_read(version: int, tmp_path: Path) -> None:
    path = tmp_path / "ae.xpt"
    texts = ["Headache", "", "Größe " * 20, "x"]
    frame = pd.DataFrame({"AETERM": texts, "AESEQ": [1.5, np.nan, -3, 1e10]})
    label = "Reported Term" + " and more of it" * 3 * (version > 5)
    pyreadstat.write_xport(
        frame,
        path,
        file_label="Adverse Events",
        column_labels=[label, "Sequence"],
        table_name="AE",
        file_format_version=version,
        variable_format={"AESEQ": "BEST12.2"},
    )
    dataset = read_xpt(path)
    assert (dataset.name, dataset.metadata.label) == ("AE", "Adverse Events")
    assert [item.label for item in dataset.metadata.variables] == [label, "Sequence"]
    assert dataset.metadata.variables[1].format == "BEST12.2"
    found = ["" if text is None else text for text in columns.to_list(dataset.frame["AETERM"])]
    assert found == [text.rstrip() for text in texts]
    np.testing.assert_array_equal(dataset.frame["AESEQ"], frame["AESEQ"])


def packages(shared: Path) -> list[Path]:
    found = [*(shared / "packages").rglob("*.xpt"), *(shared / "dataset-json").rglob("*.xpt")]
    assert len(found) > 30
    return sorted(found)


def test_files_of_sas_are_written_again_byte_by_byte(shared: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.xpt"
    different = []
    for path in packages(shared):
        (member,) = read_members(path)
        findings = write_xpt(member.dataset, copy, header=member.header)
        if findings or copy.read_bytes() != path.read_bytes():
            different.append(path.name)
    assert different == []


def test_files_of_sas_are_read_as_pyreadstat_reads_them(shared: Path) -> None:
    for path in packages(shared):
        encoding = read_members(path)[0].header.encoding
        assert_pyreadstat_agrees(path, None if encoding == "ascii" else encoding)
