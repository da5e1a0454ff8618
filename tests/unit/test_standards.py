"""The shipped domains and codelists, held against the standard, and how they are read."""

from __future__ import annotations

import csv
import json
import pickle
import re
from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from converters.errors import SpecError
from converters.resources import folder
from converters.standards import sdtmig, terminology
from converters.standards.adamig import load_structure
from converters.standards.sdtmig import domain_names, load_domain, registry
from converters.standards.terminology import Codelist, Term, load_terminology

SHARED = Path(__file__).parents[3] / "shared" / "data" / "standards"
VERSIONS, RELEASE = ("3.2", "3.3", "3.4"), "2024-03-29"
COMPANIONS = {
    "SDTMIG-AP": {"APRELSUB", "POOLDEF"},
    "SDTMIG-MD": {"DE", "DI", "DO", "DR", "DT", "DU", "DX"},
}
ADDED = set().union(*COMPANIONS.values())
OWN = [(v, name) for v in VERSIONS for name in domain_names(v) if name not in ADDED]
EVERY = [*OWN, *(("3.4", name) for name in sorted(ADDED))]
#: Slips of the published tables of 3.2: rows of which cells have changed places.
SLIPS = {
    ("3.2", "IS", "ISSEQ"): {"type": "Num"},
    ("3.2", "IS", "ISGRPID"): {"type": "Char"},
    ("3.2", "IS", "ISTESTCD"): {"role": "Topic"},
    ("3.2", "IS", "ISTEST"): {"role": "Synonym Qualifier"},
    ("3.2", "EC", "ECDOSTOT"): {"type": "Num"},
    **{("3.2", d, f"{d}STRESC"): {"role": "Result Qualifier"} for d in ("RS", "TR", "TU")},
    **{("3.2", d, f"{d}STAT"): {"role": "Record Qualifier"} for d in ("RS", "TR")},
}
#: Codelists that 3.2 names and later releases of terminology have under another code.
RENAMED = {"C89974": "C132263", "C89973": "C132262", "C96780": "C123650"}
#: Of these there is no later codelist: morphology went to other domains.
RETIRED = {*RENAMED, "C114116", "C114117"}
CODE = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")


def needed(name: str) -> Path:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"the shared data has no {name}")
    return path


@cache
def published_variables(version: str) -> dict[str, Any]:
    return json.loads(needed(f"sdtmig-{version.replace('.', '-')}.variables.json").read_text())


def published_variable(version: str, domain: str, item: dict[str, Any]) -> tuple[Any, ...]:
    """A row of a domain's table; what it leaves out, or is too long, is as in that row of 3.3."""
    same = published_variables("3.3").get(domain, {"variables": []})["variables"]
    later = next((row for row in same if row["name"] == item["name"]), {})
    row = {"core": "Perm", **later, **item, **SLIPS.get((version, domain, item["name"]), {})}
    if len(item["label"]) > 40:
        row["label"] = later["label"]
    codes = item.get("codelist", [])
    codes = codes + [RENAMED[code] for code in codes if code in RENAMED]
    keys = ("name", "label", "type", "role", "core")
    return (*(row[key] for key in keys), codes, item.get("described", ""))


@cache
def published_terms() -> dict[str, tuple[list[str], list[list[str]]]]:
    """Codelist code -> its own row, and the rows of its terms."""
    with needed(f"SDTM Terminology {RELEASE}.txt").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    terms = defaultdict(list)
    for row in rows:
        terms[row[1]].append(row)
    return {row[0]: (row, terms[row[0]]) for row in rows if not row[1]}


def synonyms(row: list[str]) -> list[str]:
    return [item.strip() for item in row[5].split(";") if item.strip()]


# --- SDTMIG


def test_all_datasets_of_each_version_and_its_companions_are_shipped() -> None:
    assert tuple(sdtmig.versions()) == VERSIONS
    assert {v: sum(v == version for version, _ in OWN) for v in VERSIONS} == {
        "3.2": 46,
        "3.3": 59,
        "3.4": 63,
    }
    for version in VERSIONS:
        names = set(domain_names(version))
        assert {"AE", "DM", "TS", "RELREC", "SUPPQUAL"} | ADDED <= names
        assert not {"datatypes", "AP"} & names
        for standard, added in COMPANIONS.items():
            assert {n for n in names if load_domain(version, n).standard == standard} == added


@pytest.mark.parametrize(("version", "name"), OWN)
def test_a_domain_says_what_sdtmig_says(version: str, name: str) -> None:
    published = published_variables(version)
    assert set(published) == {n for v, n in OWN if v == version}
    item, domain = published[name], load_domain(version, name)
    assert domain.name == name
    assert name == "SUPPQUAL" or domain.label == item["label"]
    structure = item["structure"].replace("crierion", "criterion")
    assert domain.structure.rstrip(".") == structure.rstrip(".")
    assert domain.dataset_class == item["class"].upper().replace("-", " ")
    assert domain.standard == "SDTMIG"
    assert [
        (v.name, v.label, v.kind, v.role, v.core, list(v.codelists), v.described)
        for v in domain.variables
    ] == [published_variable(version, name, v) for v in item["variables"]]
    assert [v.order for v in domain.variables] == list(range(1, len(domain.variables) + 1))
    schema = domain.schema["properties"]
    fixed = {n: p["const"] for n, p in schema.items() if "const" in p}
    assert fixed == ({"DOMAIN": name} if "DOMAIN" in schema else {})


@pytest.mark.parametrize("place", sorted(folder("schemas").glob("sdtmig-*/*.json")), ids=str)
def test_a_schema_is_valid_by_its_own_dialect_and_named_by_its_place(place: Path) -> None:
    schema = json.loads(place.read_text(encoding="utf-8"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"{place.parent.name}/{place.name}"
    assert validator_for(schema, default=None) is Draft202012Validator
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_keys_required_columns_and_nulls_follow_from_the_variables(version: str, name: str) -> None:
    domain = load_domain(version, name)
    names = [item.name for item in domain.variables]
    assert domain.keys[0] == "STUDYID"
    assert len(set(domain.keys)) == len(domain.keys)
    assert set(domain.keys) <= set(names)
    assert domain.schema["required"] == [v.name for v in domain.variables if v.core != "Perm"]
    for item in domain.variables:
        kind = {"Char": "string", "Num": "number"}[item.kind]
        expected = kind if item.core == "Req" else [kind, "null"]
        assert domain.schema["properties"][item.name]["type"] == expected
        assert len(item.label) <= 40


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_every_date_and_duration_has_the_form_of_one(version: str, name: str) -> None:
    domain = load_domain(version, name)
    for item in domain.variables:
        form = domain.schema["properties"][item.name].get("$ref", "").rpartition("/")[2]
        if item.name.endswith("DTC"):
            assert form == "datetimeOrInterval", item
        elif item.described.startswith("ISO 8601"):
            assert form in ("duration", "durationOrInterval"), item
        elif item.name.endswith("TESTCD") and item.role == "Topic":
            assert form == "shortName", item
        elif item.name.endswith(("BLFL", "LOBXFL", "DRVFL")):
            assert form == "flag", item


def test_classes_repeating_and_reference_data_are_those_of_define_xml() -> None:
    domains = {name: load_domain(version, name) for version, name in EVERY}
    assert {item.dataset_class for item in domains.values()} == {
        "INTERVENTIONS",
        "EVENTS",
        "FINDINGS",
        "FINDINGS ABOUT",
        "SPECIAL PURPOSE",
        "TRIAL DESIGN",
        "STUDY REFERENCE",
        "RELATIONSHIP",
    }
    single = {name for name, item in domains.items() if not item.repeating}
    assert single == {"DM", "TA", "TD", "TE", "TI", "TM", "TS", "TV", "OI", "DI", "DO", "DT"}
    assert {name for name, item in domains.items() if item.reference_data} == single - {"DM"}


def test_unknown_versions_domains_and_variables_are_named_with_the_nearest_word() -> None:
    with pytest.raises(SpecError, match=r"'3\.5' is not known, only 3\.2, 3\.3, 3\.4"):
        load_domain("3.5", "AE")
    with pytest.raises(SpecError, match=r"'SUPPQAUL'.*did you mean 'SUPPQUAL'"):
        load_domain("3.4", "SUPPQAUL")
    with pytest.raises(SpecError, match=r"AE has no variable 'AETRM'.*'AETERM'"):
        load_domain("3.4", "AE").variable("AETRM")
    assert load_domain("3.4", "AE").variable("AETERM").core == "Req"
    assert load_domain("3.4", "AE") is load_domain("3.4", "AE")


@pytest.mark.parametrize("uri", ["sdtmig-3.4/nothing.json", "../pyproject.toml", "http://x/y", ""])
def test_the_registry_resolves_nothing_that_is_not_shipped(uri: str) -> None:
    with pytest.raises(Exception, match=re.escape(uri) or "."):
        registry.get_or_retrieve(uri)


# --- what values look like

DATATYPES = {
    "datetime": (
        "2003 2003-12 2003-12-15 2003-12-15T13 2003-12-15T13:14 2003-12-15T13:14:17 "
        "2003-12-15T13:14:17.123 2003---15 --12-15 --12 2003-12-15T-:15 2003-12-15T13:-:17 "
        "2003-12--T07:15 -----T07:15 2003-12-15T13:14Z 2003-12-15T13:14:17+05:30 2003-12-15T00:00",
        "03 2003- 2003-13 2003-00 2003-12-32 2003-12-15T 2003-12-15T24:01 2003-12-15T13:60 "
        "2003-12-15T-:- 2003--- 2003-12-15T13:-- 15DEC2003 2003/12/15 20031215 UNK --- "
        "2003-12-15Z 2003-12-15T13:14+24:00 2003-12-15/2003-12-16 2003-12-15_",
    ),
    "datetimeOrInterval": (
        "2003-12-15 2003-12-15T10:00/2003-12-15T10:30 2003-01-01/2003-06 2003-12-15T10/PT30M "
        "P1D/2003-12-15 2003---15/2003-12-16",
        "2003-12-15/ /2003-12-15 P1D P1D/P2D 2003-12-15//2003-12-16 2003-12-15-2003-12-16",
    ),
    "duration": (
        "P2Y P10W P3M14D P6M17DT3H P14DT7H57M PT42M18S PT0.5H P4DT12H -PT15M P0D",
        "P PT P1 P1DT 1D P1W2D PT1D P1H P-1D P1M1Y +P1D",
    ),
    "durationOrInterval": ("P1D -P7D 2003-12-15/P1D 2003/2004", "2003-12-15 P"),
    "shortName": ("A ALT _X T25FW101 ABCDEFGH", "alt 1ALT ABCDEFGHI A-B A.B Alt"),
    "flag": ("Y", "N y YES"),
    "nullFlavor": ("NI NA UNK PINF", "Y null na"),
    "loinc": ("2160-0 1742-6", "21600 A-1 2160-00"),
}


@pytest.mark.parametrize(
    ("kind", "value", "valid"),
    [
        (kind, value, index == 0)
        for kind, examples in DATATYPES.items()
        for index, words in enumerate(examples)
        for value in words.split()
    ],
)
def test_a_value_has_the_form_that_sdtmig_asks_for(kind: str, value: str, valid: bool) -> None:
    schema = {"$ref": f"sdtmig-3.4/datatypes.json#/$defs/{kind}"}
    validator = Draft202012Validator(schema, registry=registry)
    assert validator.is_valid(value) is valid
    assert validator.is_valid(None)


def test_a_record_is_judged_by_its_schema_column_by_column() -> None:
    domain = load_domain("3.4", "DM")
    record: dict[str, Any] = dict.fromkeys(domain.schema["required"])
    record |= {"STUDYID": "S1", "DOMAIN": "DM", "USUBJID": "S1-1", "SUBJID": "1", "SITEID": "1"}
    record |= {"SEX": "F", "COUNTRY": "DEU", "ARMNRS": "SCREEN FAILURE", "RFICDTC": "2020-01-02"}
    validator = Draft202012Validator(domain.schema, registry=registry)
    assert list(validator.iter_errors(record)) == []
    wrong = record | {"SUBJID": None, "DOMAIN": "dm", "BRTHDTC": "1970-13", "AGE": "7", "ARM": "A"}
    errors = {tuple(error.path): error.validator for error in validator.iter_errors(wrong)}
    assert errors[("SUBJID",)] == "type"
    assert errors[("DOMAIN",)] == "const"
    assert errors[("BRTHDTC",)] == "pattern"
    assert errors[("AGE",)] == "type"
    assert ("ARM",) in errors
    del record["SEX"]
    assert [e.validator for e in validator.iter_errors(record)] == ["required"]


# --- rules over several variables: name -> (records that keep it, records that break it)

PAIRS = {
    "original-unit-needs-result": ("--ORRESU", "--ORRES"),
    "result-needs-standard-result": ("--ORRES", "--STRESC"),
    "standard-unit-needs-result": ("--STRESU", "--STRESC"),
    "result-category-needs-result": ("--RESCAT", "--STRESC"),
    "original-reference-needs-standard": ("--ORREF", "--STREFC"),
    "toxicity-needs-grade": ("--TOX", "--TOXGR"),
    "evaluator-id-needs-evaluator": ("--EVALID", "--EVAL"),
    "end-of-collection-needs-start": ("--ENDTC", "--DTC"),
    "concentration-needs-unit": ("--CONC", "--CONCU"),
    "strength-needs-unit": ("--PSTRG", "--PSTRGU"),
    "dose-needs-unit": ("--DOSE", "--DOSU"),
    "dose-text-needs-unit": ("--DOSTXT", "--DOSU"),
    "total-dose-needs-unit": ("--DOSTOT", "--DOSU"),
    "subcategory-needs-category": ("--SCAT", "--CAT"),
    "time-point-number-needs-name": ("--TPTNUM", "--TPT"),
    "time-point-name-needs-number": ("--TPT", "--TPTNUM"),
    "elapsed-time-needs-reference": ("--ELTM", "--TPTREF"),
    "reference-time-needs-reference": ("--RFTDTC", "--TPTREF"),
    "start-relation-needs-time-point": ("--STRTPT", "--STTPT"),
    "start-time-point-needs-relation": ("--STTPT", "--STRTPT"),
    "end-relation-needs-time-point": ("--ENRTPT", "--ENTPT"),
    "end-time-point-needs-relation": ("--ENTPT", "--ENRTPT"),
    "interval-start-needs-end": ("--STINT", "--ENINT"),
    "interval-end-needs-start": ("--ENINT", "--STINT"),
    "numeric-result-needs-standard-result": ("--STRESN", "--STRESC"),
    "body-system-code-needs-name": ("AEBDSYCD", "AEBODSYS"),
    "age-needs-unit": ("AGE", "AGEU"),
    "planned-arm-code-needs-arm": ("ARMCD", "ARM"),
    "planned-arm-needs-code": ("ARM", "ARMCD"),
    "actual-arm-code-needs-arm": ("ACTARMCD", "ACTARM"),
    "actual-arm-needs-code": ("ACTARM", "ACTARMCD"),
    "last-exposure-needs-first": ("RFXENDTC", "RFXSTDTC"),
    "terminology-version-needs-name": ("TSVCDVER", "TSVCDREF"),
    "identifying-variable-needs-domain": ("IDVAR", "RDOMAIN"),
    "identifying-value-needs-domain": ("IDVARVAL", "RDOMAIN"),
    "identifying-value-needs-variable": ("IDVARVAL", "IDVAR"),
    "identifying-variable-needs-value": ("IDVAR", "IDVARVAL"),
}
ND = "NOT DONE"
RULES: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {
    **{
        name: (
            [{first: "A", second: "B"}, {first: None, second: None}, {second: "B"}, {}],
            [{first: "A", second: None}, {first: "A"}],
        )
        for name, (first, second) in PAIRS.items()
    },
    "reason-needs-not-done": (
        [{"--REASND": "Broken", "--STAT": ND}, {"--STAT": ND}, {"--REASND": None}],
        [{"--REASND": "Broken", "--STAT": None}, {"--REASND": "Broken"}],
    ),
    "not-done-has-no-result": (
        [{"--STAT": ND, "--ORRES": None}, {"--STAT": None, "--ORRES": "1"}, {"--STAT": ND}],
        [{"--STAT": ND, "--ORRES": "1"}],
    ),
    "result-or-not-done": (
        [{"--ORRES": "1", "--STAT": None}, {"--ORRES": None, "--STAT": ND}, {"--STAT": None}],
        [{"--ORRES": None, "--STAT": None}, {"--ORRES": None}],
    ),
    "not-done-has-no-occurrence": (
        [{"--STAT": ND, "--OCCUR": None}, {"--OCCUR": "N"}],
        [{"--STAT": ND, "--OCCUR": "N"}],
    ),
    "numeric-standard-result-as-number": (
        [
            {"--STRESC": "1.5", "--STRESN": 1.5},
            {"--STRESC": "<1", "--STRESN": None},
            {"--STRESC": "POSITIVE", "--STRESN": None},
            {"--STRESC": "1-2", "--STRESN": None},
            {"--STRESC": "1"},
        ],
        [{"--STRESC": "1.5", "--STRESN": None}, {"--STRESC": "-3", "--STRESN": None}],
    ),
    "last-before-exposure-needs-result": (
        [{"--LOBXFL": "Y", "--STRESC": "1"}, {"--LOBXFL": None, "--STRESC": None}],
        [{"--LOBXFL": "Y", "--STRESC": None}],
    ),
    "derived-record-needs-result": (
        [{"--DRVFL": "Y", "--STRESC": "1"}, {"--DRVFL": None, "--STRESC": None}],
        [{"--DRVFL": "Y", "--STRESC": None}],
    ),
    "occurrence-only-if-prespecified": (
        [{"--OCCUR": "N", "--PRESP": "Y"}, {"--OCCUR": None, "--PRESP": None}],
        [{"--OCCUR": "Y", "--PRESP": None}, {"--OCCUR": "N"}],
    ),
    "prespecified-needs-answer": (
        [
            {"--PRESP": "Y", "--OCCUR": "N", "--STAT": None},
            {"--PRESP": "Y", "--OCCUR": None, "--STAT": ND},
            {"--PRESP": None, "--OCCUR": None},
            {"--PRESP": "Y"},
        ],
        [{"--PRESP": "Y", "--OCCUR": None, "--STAT": None}],
    ),
    "dose-as-number-or-text": (
        [{"--DOSE": 5, "--DOSTXT": None}, {"--DOSE": None, "--DOSTXT": "5-10"}],
        [{"--DOSE": 5, "--DOSTXT": "5"}],
    ),
    "dose-not-negative": ([{"--DOSE": 0}, {"--DOSE": None}], [{"--DOSE": -0.5}]),
    "placebo-dose-is-zero": (
        [{"EXTRT": "PLACEBO", "EXDOSE": 0}, {"EXTRT": "PLACEBO", "EXDOSE": None}, {"EXDOSE": 5}],
        [{"EXTRT": "PLACEBO", "EXDOSE": 5}],
    ),
    "duration-not-negative": ([{"--DUR": "PT5M"}, {"--DUR": None}], [{"--DUR": "-P1D"}]),
    "topic-names-one-thing": (
        [{"--TESTCD": "ALT", "--TRT": "OTHER DRUG", "--TERM": "Other"}],
        [{"--TESTCD": word, "--TRT": word, "--TERM": word} for word in ("OTHER", "MULTIPLE")],
    ),
    "study-day-not-zero": ([{"--DY": 1}, {"--DY": -1}, {"--DY": None}], [{"--DY": 0}]),
    "start-day-not-zero": ([{"--STDY": 1}, {"--STDY": None}], [{"--STDY": 0}]),
    "end-day-not-zero": ([{"--ENDY": -3}, {}], [{"--ENDY": 0.0}]),
    "planned-day-not-zero": ([{"VISITDY": 1}, {"VISITDY": None}], [{"VISITDY": 0}]),
    "serious-needs-criterion": (
        [
            {"AESER": "Y", "AEHOSP": "N", "AESHOSP": "Y"},
            {"AESER": "N", "AESHOSP": "N"},
            {"AESER": "Y"},
        ],
        [{"AESER": "Y", "AESHOSP": "N", "AESDTH": None}, {"AESER": "Y", "AESMIE": None}],
    ),
    "criterion-needs-serious": (
        [{"AESER": "Y", "AESDTH": "Y"}, {"AESER": "N", "AESDTH": "N"}, {"AESDTH": "Y"}],
        [{"AESER": "N", "AESDTH": "Y"}, {"AESER": None, "AESLIFE": "Y"}],
    ),
    "fatal-outcome-is-death": (
        [{"AEOUT": "FATAL", "AESDTH": "Y"}, {"AEOUT": "FATAL"}, {"AEOUT": None, "AESDTH": "N"}],
        [{"AEOUT": "FATAL", "AESDTH": "N"}, {"AEOUT": "FATAL", "AESDTH": None}],
    ),
    "death-is-fatal-outcome": (
        [{"AEOUT": "FATAL", "AESDTH": "Y"}, {"AESDTH": "Y"}, {"AESDTH": "N", "AEOUT": None}],
        [{"AEOUT": "RECOVERING/RESOLVING", "AESDTH": "Y"}],
    ),
    "completed-as-completed": (
        [{"DSTERM": "COMPLETED", "DSDECOD": "COMPLETED"}, {"DSTERM": "Death", "DSDECOD": "DEATH"}],
        [{"DSTERM": "COMPLETED", "DSDECOD": "DEATH"}],
    ),
    "disposition-needs-category": ([{"DSCAT": "OTHER EVENT"}, {}], [{"DSCAT": None}]),
    "death-date-needs-flag": (
        [{"DTHDTC": "2020", "DTHFL": "Y"}, {"DTHDTC": None, "DTHFL": "Y"}, {}],
        [{"DTHDTC": "2020", "DTHFL": None}, {"DTHDTC": "2020"}],
    ),
    "age-above-zero": ([{"AGE": 0.5}, {"AGE": None}], [{"AGE": 0}, {"AGE": -1}]),
    "no-planned-arm-needs-reason": (
        [{"ARMCD": None, "ARMNRS": "SCREEN FAILURE"}, {"ARMCD": "A", "ARMNRS": None}],
        [{"ARMCD": None, "ARMNRS": None}],
    ),
    "no-actual-arm-needs-reason": (
        [{"ACTARMCD": None, "ARMNRS": "ASSIGNED, NOT TREATED"}, {"ACTARMCD": "A"}],
        [{"ACTARMCD": None, "ARMNRS": None}],
    ),
    "reason-only-without-arm": (
        [{"ARMNRS": "UNPLANNED TREATMENT", "ARMCD": "A", "ACTARMCD": None}, {"ARMCD": "A"}],
        [{"ARMNRS": "UNPLANNED TREATMENT", "ARMCD": "A", "ACTARMCD": "A"}],
    ),
    "not-assigned-has-no-planned-arm": (
        [{"ARMNRS": "NOT ASSIGNED", "ARMCD": None, "ARM": None}, {"ARMNRS": None, "ARM": "A"}],
        [{"ARMNRS": "NOT ASSIGNED", "ARM": "A"}, {"ARMNRS": "SCREEN FAILURE", "ARMCD": "A"}],
    ),
    "not-treated-has-no-actual-arm": (
        [{"ARMNRS": "ASSIGNED, NOT TREATED", "ARM": "A", "ACTARM": None}],
        [{"ARMNRS": "ASSIGNED, NOT TREATED", "ACTARMCD": "A"}],
    ),
    "exclusion-met": (
        [{"IECAT": "EXCLUSION", "IESTRESC": "Y"}, {"IECAT": "INCLUSION", "IESTRESC": "N"}],
        [{"IECAT": "EXCLUSION", "IESTRESC": "N"}],
    ),
    "inclusion-not-met": (
        [{"IECAT": "INCLUSION", "IESTRESC": "N"}, {"IECAT": "EXCLUSION", "IESTRESC": "Y"}],
        [{"IECAT": "INCLUSION", "IESTRESC": "Y"}],
    ),
    "unplanned-element-is-described": (
        [{"ETCD": "UNPLAN", "SEUPDES": "Rescue"}, {"ETCD": "TRT", "SEUPDES": None}],
        [{"ETCD": "UNPLAN", "SEUPDES": None}],
    ),
    "description-only-if-unplanned": (
        [{"ETCD": "UNPLAN", "SEUPDES": "Rescue"}, {"ETCD": "TRT", "SEUPDES": None}],
        [{"ETCD": "TRT", "SEUPDES": "Rescue"}],
    ),
    "unplanned-element-has-no-name-or-order": (
        [{"ETCD": "UNPLAN", "ELEMENT": None}, {"ETCD": "TRT", "ELEMENT": "T", "TAETORD": 1}],
        [{"ETCD": "UNPLAN", "ELEMENT": "T"}, {"ETCD": "UNPLAN", "TAETORD": 1}],
    ),
    "unplanned-visit-has-no-planned-day": (
        [{"SVUPDES": "Fall", "VISITDY": None}, {"SVUPDES": None, "VISITDY": 8}],
        [{"SVUPDES": "Fall", "VISITDY": 8}],
    ),
    "element-needs-end": (
        [{"TEENRL": "Week 2", "TEDUR": None}, {"TEDUR": "P2W"}],
        [{"TEENRL": None, "TEDUR": None}, {}],
    ),
    "parameter-needs-value": (
        [{"TSVAL": "Y"}, {"TSVAL": None, "TSVALNF": "PINF"}],
        [{"TSVAL": None, "TSVALNF": None}, {"TSVAL": None}],
    ),
    "value-or-null-flavor": (
        [{"TSVAL": "Y", "TSVALNF": None}, {"TSVAL": None, "TSVALNF": "NA"}],
        [{"TSVAL": "Y", "TSVALNF": "NA"}],
    ),
    "comment-of-record-has-no-date": (
        [{"RDOMAIN": "AE", "IDVARVAL": "1", "CODTC": None}, {"RDOMAIN": None, "CODTC": "2020"}],
        [{"RDOMAIN": "AE", "IDVARVAL": "1", "CODTC": "2020"}],
    ),
    "assigned-needs-evaluator": (
        [{"QORIG": "ASSIGNED", "QEVAL": "SPONSOR"}, {"QORIG": "CRF", "QEVAL": None}],
        [{"QORIG": "ASSIGNED", "QEVAL": None}],
    ),
    "dataset-relation-has-no-record": (
        [{"RELTYPE": "ONE", "USUBJID": None, "IDVARVAL": None}, {"USUBJID": "1", "IDVARVAL": "1"}],
        [{"RELTYPE": "ONE", "USUBJID": "1"}, {"RELTYPE": "MANY", "IDVARVAL": "1"}],
    ),
    "record-relation-needs-value": (
        [{"RELTYPE": "ONE", "IDVARVAL": None}, {"RELTYPE": None, "IDVARVAL": "1"}],
        [{"RELTYPE": None, "IDVARVAL": None}],
    ),
    "subject-or-pool": (
        [{"USUBJID": "1", "POOLID": None}, {"USUBJID": None, "POOLID": "P"}],
        [{"USUBJID": None, "POOLID": None}],
    ),
    "subject-or-device": (
        [{"USUBJID": "1", "SPDEVID": None}, {"USUBJID": None, "SPDEVID": "D"}, {"USUBJID": "1"}],
        [{"USUBJID": None, "SPDEVID": None}, {}],
    ),
    "subject-not-with-pool": (
        [{"USUBJID": "1", "POOLID": None}, {"USUBJID": None, "POOLID": "P"}],
        [{"USUBJID": "1", "POOLID": "P"}],
    ),
}


def rules(version: str, name: str) -> list[dict[str, Any]]:
    return load_domain(version, name).schema.get("allOf", [])


def record(domain: str, pattern: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("--", domain): value for name, value in pattern.items()}


@pytest.mark.parametrize(("version", "name"), [pair for pair in EVERY if rules(*pair)])
def test_each_rule_passes_what_keeps_it_and_finds_what_breaks_it(version: str, name: str) -> None:
    for rule in rules(version, name):
        kept, broken = RULES[rule["title"]]
        validator = Draft202012Validator(rule, registry=registry)
        for example in kept:
            assert validator.is_valid(record(name, example)), (rule["title"], example)
        for example in broken:
            assert not validator.is_valid(record(name, example)), (rule["title"], example)


def test_every_example_is_of_a_rule_that_is_shipped() -> None:
    assert {rule["title"] for pair in EVERY for rule in rules(*pair)} == set(RULES)


def variables_of(node: Any) -> set[str]:
    """All names that the conditions of a rule speak of."""
    if isinstance(node, list):
        return set().union(*map(variables_of, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    named = set(node.get("properties", {})) | set(node.get("required", []))
    parts = (value for key, value in node.items() if key in ("if", "then", "anyOf"))
    return named.union(*map(variables_of, parts))


@pytest.mark.parametrize(("version", "name"), EVERY)
def test_rules_speak_of_the_domains_own_variables_and_name_published_rules(
    version: str, name: str
) -> None:
    own = {item.name for item in load_domain(version, name).variables}
    path = SHARED / "sd-rules.md"
    published = set(re.findall(r"\b(?:SD|CG)\d{4}\b", path.read_text())) if path.is_file() else None
    titles = [rule["title"] for rule in rules(version, name)]
    assert len(set(titles)) == len(titles)
    for rule in rules(version, name):
        assert set(rule) == {"title", "description", "x-severity", "x-published", "if", "then"}
        assert rule["x-severity"] in ("Error", "Warning")
        assert variables_of(rule) and variables_of(rule) <= own
        assert "--" not in rule["description"] and rule["description"].endswith(".")
        assert published is None or set(rule["x-published"]) <= published, rule["title"]


# --- terminology

CT = load_terminology(RELEASE)


def shipped(code: str) -> list[tuple[str, str, tuple[str, ...], str]]:
    terms = CT.release.terms(code)
    return [(term.value, term.code, term.synonyms, term.preferred_term) for term in terms]


def index() -> list[dict[str, Any]]:
    return [entry._asdict() for entry in CT.release.entries]


def test_every_codelist_of_sdtmig_and_every_test_codelist_is_shipped() -> None:
    codes = {item["code"] for item in index()}
    named = {
        code
        for version, name in EVERY
        for v in load_domain(version, name).variables
        for code in v.codelists
    }
    assert named - codes == RETIRED
    for code, (row, _) in published_terms().items():
        if row[3].endswith(("Test Code", "Test Name")):
            assert code in codes, row


def test_the_index_counts_the_terms_and_pairs_lists_both_ways() -> None:
    entries = {item["code"]: item for item in index()}
    short = [item["name"] for item in entries.values() if item["name"]]
    assert len(set(short)) == len(short)
    for code, entry in entries.items():
        assert entry["terms"] == len(shipped(code)) > 0
        assert not entry["pair"] or entries[entry["pair"]]["pair"] == code


#: Synonyms that the release tells in rows that have lost their code.
RECOVERED = {
    ("UNIT", "Bq/ug"): (
        "kBq/mg",
        "Kilobecquerel per Milligram",
        "MBq/g",
        "Megabecquerel per Gram",
        "Bq/mcg",
    ),
    ("UNIT", "kg/L"): ("gram/mL",),
    ("UNIT", "mg/L"): ("mcg/mL", "ng/uL", "ug/mL", "Milligram per Liter"),
    ("UNIT", "mIU/L"): ("uIU/mL",),
    ("UNIT", "mol/L"): ("mmol/mL", "Mole per Liter"),
    ("UNIT", "ng/L"): ("pg/mL", "ug/m3"),
    ("UNIT", "pg/L"): ("fg/mL",),
    ("UNIT", "pmol/g"): ("nmol/kg",),
    ("UNIT", "ug/kg"): ("pg/mg",),
    ("UNIT", "ugEq/L"): ("ngEq/mL",),
}


def test_every_coded_term_of_the_release_is_shipped_as_it_is_published() -> None:
    published = published_terms()
    for entry in index():
        header, rows = published[entry["code"]]
        assert entry["name"] == header[4]
        assert entry["label"] == (header[3] or header[4])
        assert entry["extensible"] is (header[2] == "Yes")
        by_code = defaultdict(list)
        for row in rows:
            if row[0]:
                by_code[row[0]].append(row)
        terms = {code: (value, words, pt) for value, code, words, pt in shipped(entry["code"])}
        assert set(by_code) <= set(terms)
        for code, (first, *others) in by_code.items():
            value, words, preferred = terms[code]
            # A few codes stand twice in the release: one value counts, the other is a synonym.
            values = {row[4] for row in (first, *others)}
            assert value in values
            assert preferred == first[7]
            told = {word for row in (first, *others) for word in synonyms(row)}
            known = (told | values) - {value}
            assert set(words) == known | set(RECOVERED.get((entry["name"], value), ())), (
                entry,
                code,
            )


def test_every_other_term_that_is_shipped_stands_in_the_release_without_a_code() -> None:
    published = published_terms()
    for entry in index():
        _, rows = published[entry["code"]]
        coded = {row[0] for row in rows if row[0]}
        words = {word for row in rows if not row[0] for word in (row[4], *synonyms(row))}
        for value, code, _, _ in shipped(entry["code"]):
            assert code in coded or value in words, (entry, value)


def test_values_are_unique_in_a_codelist_and_test_codes_are_short_names() -> None:
    for entry in index():
        values = [term[0] for term in shipped(entry["code"])]
        assert values and len(set(values)) == len(values), entry
        assert all(value == value.strip() != "" for value in values)
        if entry["label"].endswith("Test Code"):
            assert [value for value in values if not CODE.fullmatch(value)] == []


LOOKUPS = [
    ("NY", "Y", "Y"),
    ("NY", "y", "Y"),
    ("NY", "Yes", "Y"),
    ("NY", "  yes ", "Y"),
    ("NY", "Unknown", "U"),
    ("NY", "maybe", None),
    ("NY", "", None),
    ("C66742", "No", "N"),
    ("UNIT", "mg", "mg"),
    ("UNIT", "milligram", "mg"),
    ("UNIT", "MMHG", "mmHg"),
    ("UNIT", "mL", "mL"),
    ("UNIT", "sec", "s"),
    ("UNIT", "g/L", "g/L"),
    ("SEX", "Female", "F"),
    ("ROUTE", "oral  route of\tadministration", "ORAL"),
    ("LBTESTCD", "alt", "ALT"),
    ("LBTESTCD", "SGPT", "ALT"),
    ("LBTESTCD", "alanine aminotransferase", "ALT"),
    ("LBTEST", "ALT", "Alanine Aminotransferase"),
    ("LBTEST", "alanine aminotransferase", "Alanine Aminotransferase"),
    ("LBTEST", "alanine aminotransferase measurement", "Alanine Aminotransferase"),
    ("EDSS01TC", "EDSS01-Expanded Disability Score", "EDSS0101"),
    ("AESEV", "moderate", "MODERATE"),
    ("AESEV", "2", "MODERATE"),
    ("OUT", "Recovered", None),
    ("NCOMPLT", "partner pregnancy", "PARTNER PREGNANCY"),
]


@pytest.mark.parametrize(("name", "text", "value"), LOOKUPS)
def test_a_text_finds_its_term(name: str, text: str, value: str | None) -> None:
    found = CT.codelist(name).find(text)
    assert (found and found.value) == value


def made(*terms: Term, decodes: dict[str, str] | None = None) -> Codelist:
    return Codelist("C1", "X", "X", True, terms, decodes=decodes or {})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mg", "mg"),
        ("Mg", "Mg"),
        ("MG", None),  # two values fit, though it is a synonym of a third
        ("mega gram", "Mg"),
        ("G", "g"),  # a value, letter by letter, is not asked for among synonyms
        ("shared", None),
        ("own", "g"),
        ("ton", "Mg"),  # ambiguous as a synonym, clear as a preferred term
        ("Milli", "mg"),
    ],
)
def test_levels_are_asked_in_turn_and_two_candidates_are_none(text: str, value: str | None) -> None:
    codelist = made(
        Term("mg", "C1", ("shared", "ton")),
        Term("Mg", "C2", ("Mega  Gram", "Shared", "TON"), "Ton"),
        Term("g", "C3", ("MG", "own"), "Own"),
        decodes={"mg": "milli"},
    )
    found = codelist.find(text)
    assert (found and found.value) == value


def test_test_codes_and_test_names_are_paired() -> None:
    codes, names = CT.codelist("LBTESTCD"), CT.codelist("LBTEST")
    assert CT.paired(codes) is names
    assert CT.paired("LBTEST") is codes
    assert CT.paired("NY") is None
    assert CT.decode("LBTESTCD", "ALT") == "Alanine Aminotransferase"
    assert CT.decode(names, "Alanine Aminotransferase") == "ALT"
    assert CT.decode("NY", "Y") == "Yes"
    assert CT.decode("NY", "y") == ""
    assert CT.decode("MBTESTCD", "ADVNDNA") == "Adenovirus DNA"
    assert CT.decode("TSPARMCD", "TPHASE") == "Trial Phase Classification"


@pytest.mark.parametrize("name", ["LBTESTCD", "VSTESTCD", "QSTESTCD", "EDSS01TC", "TSPARMCD"])
def test_every_test_code_has_one_test_name(name: str) -> None:
    codes = CT.get(name)
    if name == "QSTESTCD":
        assert codes is None  # questionnaires have a codelist each
        return
    assert codes is not None
    names = CT.paired(codes)
    assert names is not None
    assert [term.value for term in codes.terms if codes.decodes.get(term.value) not in names] == []
    assert len(set(codes.decodes.values())) == len(codes.terms)


def test_names_of_codelists_are_those_by_which_they_are_got() -> None:
    names = CT.names()
    assert len(set(names)) == len(names)
    assert {"NY", "UNIT", "LBTESTCD", "C165643"} <= set(names)
    assert all(CT.get(name) is not None for name in names)


def test_an_unknown_codelist_or_release_is_named_with_the_nearest_word() -> None:
    assert CT.get("LBTSTCD") is None
    with pytest.raises(SpecError, match=r"SDTM terminology .* 'LBTSTCD' \(did you mean 'LBTESTCD'"):
        CT.codelist("LBTSTCD")
    with pytest.raises(SpecError, match=r"'2024-03-28' is not known.*'2024-03-29'"):
        load_terminology("2024-03-28")
    assert terminology.versions() == [RELEASE]
    assert terminology.versions("adam") == ["2026-03-27"]


def test_the_sponsor_adds_values_decodes_and_codelists() -> None:
    own = load_terminology(
        RELEASE,
        {
            "LBTESTCD": {"XYZTEST": "Xyz Protein", "ALT": "something else"},
            "C71620": ["widgets"],
            "SITEGRP": {"A": "Academic", "C": "Community"},
        },
    )
    codes, names = own.codelist("LBTESTCD"), own.codelist("LBTEST")
    assert codes.extended == {"XYZTEST"}
    assert names.extended == {"Xyz Protein"}
    assert own.decode(codes, "XYZTEST") == "Xyz Protein"
    assert own.decode(codes, "ALT") == "Alanine Aminotransferase"
    assert (found := codes.find("xyz  protein")) and found.value == "XYZTEST"
    assert "widgets" in own.codelist("UNIT")
    assert own.codelist("UNIT").extended == {"widgets"}
    groups = own.codelist("SITEGRP")
    assert (groups.code, groups.name, groups.extensible) == ("", "SITEGRP", True)
    assert own.decode(groups, "A") == "Academic"
    assert (found := groups.find("community")) and found.value == "C"
    assert own.names()[-1] == "SITEGRP"
    assert CT.get("SITEGRP") is None and "widgets" not in CT.codelist("UNIT")


def test_wrong_extensions_are_all_reported_together() -> None:
    with pytest.raises(SpecError) as caught:
        load_terminology(RELEASE, {"NY": ["M"], "UNIT": "widget", "FREQ": {"X": True, 1: "one"}})
    text = str(caught.value)
    assert "codelist NY (No Yes Response) is not extensible" in text
    assert "codelist UNIT: expected a list" in text
    assert "True is not text" in text and "1 is not text" in text


def test_a_terminology_travels_to_another_process() -> None:
    again = pickle.loads(pickle.dumps(load_terminology(RELEASE, {"SITEGRP": ["A"]})))
    assert again.codelist("NY").find("yes").value == "Y"
    assert "A" in again.codelist("SITEGRP")


def test_a_codelist_that_a_terminology_lacks_is_that_of_the_one_beside_it() -> None:
    adam = load_terminology("2026-03-27", {"DTYPE": ["ZERO"]}, "adam")
    both = replace(CT, beside=adam)
    assert (CT.get("DTYPE"), CT.paired("GAD02PC")) == (None, None)
    assert both.codelist("DTYPE").standard == "ADaM"
    assert both.codelist("NY").standard == "SDTM"
    assert "ZERO" in both.codelist("C81224")
    assert both.paired("GAD02PC") is adam.get("GAD02PN")
    assert {"NY", "DTYPE"} <= set(both.names())
    assert both.label == "SDTM terminology 2024-03-29 and ADaM terminology 2026-03-27"


@pytest.mark.parametrize(
    ("version", "name", "core"),
    [
        ("1.1", "PARAMTYP", "Perm"), ("1.3", "PARAMTYP", None),
        ("1.1", "BCHG", None), ("1.3", "BCHG", "Perm"),
        ("1.1", "ATOXGRL", None), ("1.3", "ATOXGRL", "Perm"),
        ("1.1", "ADT", "Perm"), ("1.3", "ADT", "Cond"),
        ("1.1", "CRIT2FL", "Cond"), ("1.3", "CRIT2FL", "Cond"),
    ],
)  # fmt: skip
def test_versions_of_adamig_have_their_own_variables(
    version: str, name: str, core: str | None
) -> None:
    found = load_structure(version, "BDS").find(name)
    assert (found.core if found else None) == core


def test_stratification_came_after_adamig_1_1() -> None:
    assert load_structure("1.1", "ADSL").find("STRATAR") is None
    assert load_structure("1.3", "ADSL").find("STRAT2RN") is not None
    assert load_structure("1.1", "ADSL").find("P01S1SDT") is not None
