"""REDCap in: an instrument of a CSV export by its dictionary, the same as from the XML."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from converters import columns as text_columns
from converters.errors import InputError
from converters.pipeline.account import adds_up
from converters.pipeline.convert import convert_study
from converters.sources import Source, SourceSpec, read_columns, read_source
from converters.sources.redcap_dictionary import checkbox_suffix, parse_choices
from converters.study import read_study

DOWNLOAD = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note"\n'
)
API = (
    "field_name,form_name,section_header,field_type,field_label,"
    "select_choices_or_calculations,field_note\n"
)
FIELDS = """study_id,dm,,text,Study ID,,
intro,dm,,descriptive,Welcome,,
sex,dm,,radio,"Sex
at birth","1, Female | 2, Male, or not",
consent,dm,,yesno,Consent,,
pulse,vitals,,text,"Pulse (beats/min)",,
symptom,vitals,,checkbox,Symptom,"a, Ache|B, Burn|-1, None",
mood,vitals,,slider,Mood,low | mid | high,
bmi,vitals,,calc,BMI,round([w]/2),
term,ae,,text,Event,,
"""
DATA = """study_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,redcap_data_access_group,sex,consent,dm_complete,pulse,symptom___a,symptom___b,symptom____1,mood,bmi,vitals_complete,term,ae_complete
1,v1_arm_1,,,site_a,2,1,2,72,1,0,0,,,2,,
1,v1_arm_1,ae,1,site_a,,,,,,,,,,,Rash,2
1,v1_arm_1,ae,2,site_a,,,,,,,,,,,,0
1,v2_arm_1,,,site_a,,,,,,,,,,0,,
1,uns_arm_1,,1,site_a,,,,ND,0,0,0,,,0,,
2,v1_arm_1,,,,1,0,0,,,,,,,0,,
"""  # noqa: E501


def write(folder: Path, data: str = DATA, fields: str = DOWNLOAD + FIELDS) -> dict[str, Any]:
    (folder / "data.csv").write_text(data, encoding="utf-8")
    (folder / "dictionary.csv").write_text(fields, encoding="utf-8")
    return {"dictionary": folder / "dictionary.csv"}


def spec(folder: Path, instrument: str | None = None, **options: Any) -> SourceSpec:
    options = {"dictionary": folder / "dictionary.csv", **options}
    return SourceSpec(
        "s", (folder / "data.csv",), format="redcap", instrument=instrument, **options
    )


def rows(source: Source, *names: str) -> list[tuple[str | None, ...]]:
    return list(zip(*(text_columns.to_list(source.frame[name]) for name in names), strict=True))


KEYS = (
    *("study_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
    "redcap_data_access_group",
)


@pytest.mark.parametrize("header", [DOWNLOAD, API])
def test_an_instrument_has_its_fields_and_the_keys(tmp_path: Path, header: str) -> None:
    write(tmp_path, fields=header + FIELDS)
    source = read_source(spec(tmp_path, "vitals"))
    fields = ("pulse", "symptom___a", "symptom___b", "symptom____1", "mood", "bmi")
    assert source.all_columns == (*KEYS, *fields, "vitals_complete")
    assert source.labels["pulse"] == "Pulse (beats/min)"
    assert source.labels["symptom___b"] == "Symptom (choice=Burn)"
    assert source.labels["study_id"] == "Study ID"
    assert set(source.decodes) == {*fields[1:4], "vitals_complete"}
    assert read_columns(spec(tmp_path, "vitals"))[: len(source.all_columns)] == list(
        source.all_columns
    )
    assert not source.findings


@pytest.mark.parametrize(
    ("instrument", "expected", "left_out"),
    [
        # of the instrument of the record identifier also a form that nobody has filled in
        (
            "dm",
            [1, 6],
            {"of the repeating instrument ae": 2, "no value of the instrument dm": 2},
        ),
        # an unchecked box is a value, the status of a form that nobody has opened is none
        (
            "vitals",
            [1, 5],
            {"of the repeating instrument ae": 2, "no value of the instrument vitals": 2},
        ),
        # every instance of a repeating instrument, empty or not
        ("ae", [2, 3], {"no value of the instrument ae": 4}),
        (None, [1, 2, 3, 4, 5, 6], {}),
    ],
)
def test_every_row_is_of_the_instrument_or_left_out_for_a_reason(
    tmp_path: Path, instrument: str | None, expected: list[int], left_out: dict[str, int]
) -> None:
    write(tmp_path)
    source = read_source(spec(tmp_path, instrument))
    assert source.records.tolist() == expected
    assert source.left_out == left_out
    assert len(expected) + sum(left_out.values()) == 6


def test_without_an_instrument_all_columns_are_there(tmp_path: Path) -> None:
    write(tmp_path)
    source = read_source(spec(tmp_path))
    assert set(source.all_columns) == set(DATA.splitlines()[0].split(","))
    assert source.all_columns[: len(KEYS)] == KEYS


def test_choices_are_decodes(tmp_path: Path) -> None:
    write(tmp_path)
    asked = ["sex_DECODE", "consent_DECODE", "dm_complete_DECODE"]
    source = read_source(spec(tmp_path, "dm"), asked)
    assert rows(source, *asked) == [
        ("Male, or not", "Yes", "Complete"),
        ("Female", "No", "Incomplete"),
    ]
    boxes = read_source(spec(tmp_path, "vitals"), ["symptom___a_DECODE"])
    assert rows(boxes, "symptom___a_DECODE") == [("Checked",), ("Unchecked",)]
    assert source.labels["sex"] == "Sex at birth"


def test_the_list_of_events_gives_their_names(tmp_path: Path) -> None:
    write(tmp_path)
    events = tmp_path / "events.csv"
    events.write_text(
        'event_name,arm_num,unique_event_name\n"Visit 1",1,v1_arm_1\nUnscheduled,1,uns_arm_1\n'
    )
    source = read_source(spec(tmp_path, "vitals", events=events), ["redcap_event_name_DECODE"])
    assert rows(source, "redcap_event_name_DECODE") == [("Visit 1",), ("Unscheduled",)]
    assert "redcap_event_name_DECODE" in read_columns(spec(tmp_path, "dm", events=events))
    assert "redcap_event_name_DECODE" not in read_columns(spec(tmp_path, "dm"))


def test_a_missing_token_is_missing_and_its_row_stays(tmp_path: Path) -> None:
    write(tmp_path, DATA.replace("ND,0,0,0", " ND ,,,"))
    source = read_source(spec(tmp_path, "vitals", missing=("ND",)))
    assert rows(source, "redcap_event_name", "pulse") == [("v1_arm_1", "72"), ("uns_arm_1", None)]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_delimiter_and_encoding_are_as_for_csv(tmp_path: Path, delimiter: str) -> None:
    data = DATA.replace(",", delimiter).replace("Rash", "Ödem")
    (tmp_path / "data.csv").write_bytes(data.encode("cp1252"))
    (tmp_path / "dictionary.csv").write_bytes(
        (DOWNLOAD + FIELDS).replace("Event", "Evénement").encode("cp1252")
    )
    source = read_source(spec(tmp_path, "ae", delimiter=delimiter, encoding="cp1252"))
    assert rows(source, "term") == [("Ödem",), (None,)]
    assert source.labels["term"] == "Evénement"


def told(source: Source) -> list[tuple[str, str, str | None, int, int | None]]:
    return [(f.rule, f.variable, f.value, f.count, f.record) for f in source.findings]


def test_fields_that_only_one_side_has_are_findings(tmp_path: Path) -> None:
    data = DATA.replace("consent", "consented").replace("symptom___b", "symptom___c")
    write(tmp_path, data)
    source = read_source(spec(tmp_path, "dm"))
    assert told(source) == [
        ("redcap-undefined-field", "consented", None, 1, None),
        ("redcap-undefined-field", "symptom___c", None, 1, None),
        ("redcap-absent-field", "consent", None, 1, None),
    ]
    assert "consented" not in source.all_columns
    whole = read_source(spec(tmp_path))
    assert {"consented", "symptom___c"} <= set(whole.all_columns)
    assert [rule for rule, *_ in told(whole)].count("redcap-absent-field") == 2


def test_rows_of_an_unknown_instrument_are_a_finding(tmp_path: Path) -> None:
    write(tmp_path, DATA.replace(",ae,", ",Adverse Events,"))
    source = read_source(spec(tmp_path, "ae"))
    assert told(source) == [
        ("redcap-unknown-instrument", "redcap_repeat_instrument", "Adverse Events", 2, 2),
        ("redcap-misplaced-value", "redcap_repeat_instrument", "Adverse Events", 1, None),
        ("empty-source", "", None, 1, None),
    ]


def test_values_in_rows_of_another_instrument_are_a_finding(tmp_path: Path) -> None:
    write(tmp_path, DATA.replace("site_a,,,,,,,,,,,Rash", "site_a,,,,88,,,,,,,Rash"))
    assert told(read_source(spec(tmp_path, "vitals"))) == [
        ("redcap-misplaced-value", "redcap_repeat_instrument", "ae", 1, None)
    ]
    assert not read_source(spec(tmp_path, "ae")).findings


@pytest.mark.parametrize(
    ("data", "fields", "instrument", "expected"),
    [
        (DATA, DOWNLOAD + FIELDS, "vital",
         "dictionary.csv: there is no instrument 'vital' (did you mean 'vitals'?); there are dm, "),
        (DATA.replace("study_id", "Study ID"), DOWNLOAD + FIELDS, "dm",
         "data.csv: there is no column 'study_id', the record identifier"),
        (DATA, DATA, "dm",
         "dictionary.csv: not a REDCap data dictionary: it has no column 'Variable / Field Name' or"
         " 'field_name'; 'Form Name' or 'form_name'; 'Field Type'"),
        (DATA, DOWNLOAD, "dm", "dictionary.csv: the data dictionary has no field"),
    ],
)  # fmt: skip
def test_files_that_do_not_fit_are_refused(
    tmp_path: Path, data: str, fields: str, instrument: str, expected: str
) -> None:
    write(tmp_path, data, fields)
    for read in (read_source, read_columns):
        with pytest.raises(InputError) as error:
            read(spec(tmp_path, instrument))
        assert expected in str(error.value)


def test_absent_files_are_told(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(InputError, match=r"dictionar\.csv: file not found \(did you mean"):
        read_source(spec(tmp_path, "dm", dictionary=tmp_path / "dictionar.csv"))
    with pytest.raises(InputError, match=r"events\.csv: file not found"):
        read_source(spec(tmp_path, "dm", events=tmp_path / "events.csv"))
    (tmp_path / "events.csv").write_text("event,arm\nV1,1\n")
    with pytest.raises(InputError, match="no column unique_event_name, event_name"):
        read_source(spec(tmp_path, "dm", events=tmp_path / "events.csv"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, one|2, two", {"1": "one", "2": "two"}),
        (" a , A, or B |\n b,  C   D ", {"a": "A, or B", "b": "C D"}),
        ("1 | 2, ", {"1": "1", "2": ""}),
        ("", {}),
    ],
)
def test_choices_are_taken_apart(text: str, expected: dict[str, str]) -> None:
    assert parse_choices(text) == expected


@pytest.mark.parametrize(
    ("code", "expected"), [("1", "1"), ("A", "a"), ("-99", "_99"), ("a.b", "a_b"), ("a_b", "a_b")]
)
def test_codes_of_checkboxes_end_the_names_of_their_columns(code: str, expected: str) -> None:
    assert checkbox_suffix(code) == expected


def test_several_files_make_one_source(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "more.csv").write_text(DATA.replace("\n1,", "\n3,").replace("\n2,", "\n4,"))
    both = SourceSpec(
        "s", (tmp_path / "data.csv", tmp_path / "more.csv"), format="redcap", instrument="ae",
        dictionary=tmp_path / "dictionary.csv",
    )  # fmt: skip
    source = read_source(both, ["study_id", "ae_complete_DECODE"])
    assert rows(source, "study_id", "ae_complete_DECODE") == [
        ("1", "Complete"), ("1", "Incomplete"), ("3", "Complete"), ("3", "Incomplete"),
    ]  # fmt: skip
    assert source.left_out == {"no value of the instrument ae": 8}


AE = {
    "dataset": "AE",
    "source": "ae",
    "variables": {"AETERM": {"from": "term"}, "AEMODIFY": {"from": "redcap_event_name"}},
}


def folder(path: Path, sources: dict[str, Any]) -> Path:
    study = {
        "study": {"id": "S1", "created": "2026-01-01"},
        "usubjid": 'concat("S1-", study_id)',
        "sources": sources,
    }
    (path / "study.yaml").write_text(json.dumps(study))
    (path / "sdtm").mkdir()
    return path


def test_rows_of_other_instruments_are_in_the_account(tmp_path: Path) -> None:
    write(tmp_path, DATA.replace(",Rash,", ",,").replace(",,0\n1,v2", ",Pain,0\n1,v2"))
    file = {"path": "data.csv", "format": "redcap", "dictionary": "dictionary.csv"}
    sources = {"ae": {**file, "instrument": "ae"}, "dm": {**file, "instrument": "dm"}}
    where = {**AE, "where": 'term != ""'}
    (folder(tmp_path, sources) / "sdtm" / "ae.yaml").write_text(json.dumps(where))
    study, problems = read_study(tmp_path)
    assert study is not None and not problems
    conversion = convert_study(study)
    ae, dm = (account.as_dict() for account in conversion.accounts)
    left = {"no value of the instrument ae": 4}
    assert (ae["records"], ae["mapped"]) == (6, 1)
    assert ae["excluded"].items() >= left.items() and sum(ae["excluded"].values()) == 5
    assert ae["datasets"]["AE"]["excluded"].items() >= left.items()
    assert dm["records"] == 6 and adds_up(ae) and adds_up(dm)
    assert dm["excluded"]["no mapping reads this source"] == 2
    assert "ae_complete" in ae["unread_columns"] and "term" not in ae["unread_columns"]
    assert not [name for name in ae["unread_columns"] if name.endswith("_DECODE")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (
            {"path": "data.csv", "format": "redcap"},
            "lacks the key 'dictionary': the data dictionary of the REDCap project",
        ),
        (
            {"path": "data.csv", "instrument": "ae"},
            "'instrument' goes with format: redcap only",
        ),
        (
            {"path": "data.csv", "format": "redcap", "dictionary": "../dictionary.csv"},
            "'../dictionary.csv' is outside the study folder",
        ),
        (
            {"path": "d.csv", "format": "redcap", "dictionary": "d.csv", "events": "/etc/passwd"},
            "'/etc/passwd' is outside the study folder",
        ),
        (
            {"path": "d.csv", "format": "redcap", "dictionary": "d.csv", "instrumnt": "ae"},
            "unknown key 'instrumnt' (did you mean 'instrument'?)",
        ),
    ],
)
def test_wrong_keys_are_problems_of_study_yaml(
    tmp_path: Path, source: dict[str, Any], expected: str
) -> None:
    _, problems = read_study(folder(tmp_path, {"ae": source}))
    assert len(problems) == 1
    assert str(problems[0]).startswith("study.yaml:1:") and expected in str(problems[0])


# The project's XML (ODM) and its CSV export

PROJECTS = Path(__file__).parents[4] / "shared" / "data" / "redcap"
#: The state that the project's XML was exported in.
EXPORTS = {
    "arm-multiple-delete": "data-old.csv",
    "checkboxes-1": "data.csv",
    "clinical-trial-1": "data.csv",
    "longitudinal": "data.csv",
    "potentially-problematic-values": "data.csv",
    "repeating-instruments": "data.csv",
}
#: What the XML does not carry. The line breaks of notes, which XML makes blanks of in attributes
#: (and the CSV export took out): compared without regard to blanks. The status of a form that
#: nobody has opened, which the CSV export fills with 0.
NOTES = {
    ("checkboxes-1", "form_2"): {"desired_result"},
    ("longitudinal", "demographics"): {"comments"},
    ("longitudinal", "visit_observed_behavior"): {"vob7", "vob14"},
    ("longitudinal", "completion_data"): {"study_comments"},
}
NOT_CARRIED = {("checkboxes-1", "form_2"): [("4", "form_2_complete", "0", None)]}


def instruments() -> Iterator[Any]:
    for project, data in EXPORTS.items():
        dictionary = PROJECTS / project / "dictionary.csv"
        if not dictionary.exists():
            yield pytest.param(project, data, "", marks=pytest.mark.skip("no shared test data"))
            continue
        with dictionary.open(newline="", encoding="utf-8") as file:
            forms = dict.fromkeys(row["Form Name"] for row in csv.DictReader(file))
        for form in forms:
            yield pytest.param(project, data, form, id=f"{project}-{form}")


def cells(source: Source, names: list[str], keys: list[str]) -> dict[Any, dict[str, str | None]]:
    records = rows(source, *names)
    found = {
        tuple(dict(zip(names, record, strict=True))[key] for key in keys): dict(
            zip(names, record, strict=True)
        )
        for record in records
    }
    assert len(found) == len(records)
    return found


@pytest.mark.parametrize(("project", "data", "form"), list(instruments()))
def test_the_xml_and_the_csv_of_a_project_give_the_same_records(
    project: str, data: str, form: str
) -> None:
    place = PROJECTS / project
    events = place / "event.csv"
    options = {
        "dictionary": place / "dictionary.csv",
        "events": events if events.exists() else None,
        "instrument": form,
    }
    left = read_source(SourceSpec("c", (place / data,), format="redcap", **options))  # type: ignore[arg-type]
    right = read_source(SourceSpec("x", (place / "project.xml",), item_group=form))
    names = [name for name in left.all_columns if not name.endswith("_timestamp")]
    assert set(names) <= set(right.all_columns)
    keys = [names[0], *(name for name in names if name.startswith("redcap_"))]
    one, other = cells(left, names, keys), cells(right, names, keys)
    assert one.keys() == other.keys() and one
    notes = NOTES.get((project, form), set())
    different = []
    for key, record in one.items():
        for name, value in record.items():
            against = other[key][name]
            if name in notes and value and against:
                assert value.split() == against.split()
            elif value != against:
                different.append((str(key[0]), name, value, against))
    assert different == NOT_CARRIED.get((project, form), [])
    assert not left.findings and not right.findings
    for name in names:
        assert left.decodes.get(name, {}) == right.decodes.get(name, {}), name
        if not name.startswith("redcap_"):
            assert left.labels.get(name) == right.labels.get(name), name


@pytest.mark.parametrize(("project", "data", "form"), list(instruments()))
def test_an_instrument_has_the_rows_that_a_second_reading_gives(
    project: str, data: str, form: str
) -> None:
    place = PROJECTS / project
    source = read_source(
        SourceSpec(
            "c", (place / data,), format="redcap", dictionary=place / "dictionary.csv",
            instrument=form,
        )
    )  # fmt: skip
    with (place / "dictionary.csv").open(newline="", encoding="utf-8") as file:
        dictionary = list(csv.DictReader(file))
    fields = {row["Variable / Field Name"] for row in dictionary[1:] if row["Form Name"] == form}
    expected = []
    with (place / data).open(newline="", encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file), start=1):
            own = [value for name, value in row.items() if name.partition("___")[0] in fields]
            status = row[f"{form}_complete"]
            repeats = row.get("redcap_repeat_instrument")
            if repeats == form or (not repeats and (any(own) or status)):
                expected.append((number, row))
    assert source.records.tolist() == [number for number, _ in expected]
    for name in source.frame:
        values = text_columns.to_list(source.frame[name])
        assert values == [row[str(name)] or None for _, row in expected]
    assert len(expected) + sum(source.left_out.values()) == number


SPEC = {
    "dataset": "VS",
    "source": "bp",
    "keys": ["STUDYID", "USUBJID", "VSTESTCD", "VSSPID"],
    "findings": [
        {"test": "SYSBP", "from": "bp_systolic", "unit": "mmHg"},
        {"test": "DIABP", "from": "bp_diastolic", "unit": "mmHg"},
    ],
    "variables": {
        "VSSPID": {"from": "redcap_repeat_instance"},
        "VSCAT": {"from": "redcap_repeat_instrument"},
        "VSSTAT": {"case": [{"when": 'raw.bp_complete_DECODE != "Complete"', "then": "NOT DONE"}]},
        "VSDTC": {"datetime": "date_bp"},
    },
}


def test_one_spec_maps_the_xml_and_the_csv_of_a_project(tmp_path: Path) -> None:
    place = PROJECTS / "repeating-instruments"
    if not place.exists():
        pytest.skip("the shared test data are absent")
    found = {}
    for name, source in {
        "csv": {"path": "data.csv", "format": "redcap", "dictionary": "dictionary.csv",
                "instrument": "bp"},
        "xml": {"path": "project.xml", "format": "odm", "item_group": "bp"},
    }.items():  # fmt: skip
        home = tmp_path / name
        home.mkdir()
        for file in ("data.csv", "dictionary.csv", "project.xml"):
            (home / file).write_bytes((place / file).read_bytes())
        (folder(home, {"bp": source}) / "study.yaml").write_text(
            (home / "study.yaml").read_text().replace("study_id", "record_id")
        )
        (home / "sdtm" / "vs.yaml").write_text(json.dumps(SPEC))
        study, problems = read_study(home)
        assert study is not None and not problems
        conversion = convert_study(study)
        found[name] = conversion.datasets["VS"].frame.astype(object).fillna("").to_dict("list")
        assert not [item for item in conversion.findings if item.rule.startswith("redcap")]
    assert found["csv"] == found["xml"]
    assert len(found["csv"]["VSORRES"]) == 8 and found["csv"]["VSORRES"][0] == "100"
