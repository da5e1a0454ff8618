"""A dataset against a JSON Schema: the verdicts are jsonschema's, the words are ours."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from converters import columns
from converters.dataset import Dataset, Metadata
from converters.errors import SpecError
from converters.findings import Severity
from converters.standards import sdtmig
from converters.validation.json_schema import check_schema, invalid_records
from converters.validation.screen import ASK, PASS, Values, screen

DATATYPES = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "test/datatypes.json",
    "$defs": {
        "date": {"description": "An ISO 8601 date.", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        "flag": {"enum": ["Y", None]},
        "short": {"anyOf": [{"maxLength": 2}, {"$ref": "#/$defs/date"}]},
        "record": {"properties": {"A": {"$ref": "#/$defs/flag"}}, "required": ["N"]},
    },
}
REGISTRY: Registry[Any] = Registry().with_resource(
    "test/datatypes.json", DRAFT202012.create_resource(DATATYPES)
)
AE = {
    "$id": "test/AE.json",
    "type": "object",
    "properties": {
        "STUDYID": {"type": "string", "x-core": "Req"},
        "AETERM": {"type": "string", "maxLength": 10, "x-core": "Req"},
        "AESEV": {"type": ["string", "null"], "enum": ["MILD", "SEVERE", None]},
        "AESTDTC": {"type": ["string", "null"], "$ref": "datatypes.json#/$defs/date"},
        "AESEQ": {"type": "integer", "minimum": 1},
        "AESDTH": {"type": ["string", "null"]},
        "AEOUT": {"type": ["string", "null"], "x-core": "Exp"},
    },
    "required": ["STUDYID", "AETERM", "AEOUT"],
    "allOf": [
        {
            "title": "death-is-fatal",
            "description": "AESDTH is Y, so AEOUT must be FATAL.",
            "x-severity": "Warning",
            "x-published": ["SD0091"],
            "if": {"properties": {"AESDTH": {"const": "Y"}}, "required": ["AESDTH"]},
            "then": {"properties": {"AEOUT": {"const": "FATAL"}}, "required": ["AEOUT"]},
        }
    ],
}


def ae(make: Any, **columns_of: Any) -> Dataset:
    data = {"STUDYID": ["S", "S"], "AETERM": ["Headache", "Nausea"], "AEOUT": ["FATAL", None]}
    merged = {**data, **columns_of}
    kept = {name: values for name, values in merged.items() if values is not None}
    return make("AE", kept, keys=["STUDYID", "AETERM"])


def test_a_dataset_as_the_standard_says_gives_no_finding(make: Any) -> None:
    dataset = ae(make, AESEV=["MILD", None], AESTDTC=["2015-03-01", None], AESEQ=[1, 2])
    assert check_schema(dataset, AE, REGISTRY) == []


@pytest.mark.parametrize(
    ("columns_of", "rule", "variable", "value", "count", "row", "message"),
    [
        (
            {"STUDYID": [None, None]},
            "required-value-missing",
            "STUDYID",
            None,
            2,
            1,
            "STUDYID: required by the standard, but 2 records have no value",
        ),
        (
            {"AETERM": ["Pain", None]},
            "required-value-missing",
            "AETERM",
            None,
            1,
            2,
            "AETERM: required by the standard, but 1 record has no value",
        ),
        (
            {"AETERM": None},
            "required-variable-absent",
            "AETERM",
            None,
            1,
            None,
            "AETERM: required by the standard, but AE has no such variable",
        ),
        (
            {"AEOUT": None},
            "expected-variable-absent",
            "AEOUT",
            None,
            1,
            None,
            "AEOUT: expected by the standard, but AE has no such variable",
        ),
        (
            {"AETERM": ["Pain", "Heart attack"]},
            "value-too-long",
            "AETERM",
            "Heart attack",
            1,
            2,
            "AETERM: 'Heart attack' has 12 characters, at most 10 are allowed",
        ),
        (
            {"AESEV": ["MILD", "SEVER"]},
            "value-not-allowed",
            "AESEV",
            "SEVER",
            1,
            2,
            "AESEV: 'SEVER' is not one of 'MILD', 'SEVERE' (did you mean 'SEVERE'?)",
        ),
        (
            {"AESTDTC": ["01MAR2015", "01MAR2015"]},
            "invalid-iso8601",
            "AESTDTC",
            "01MAR2015",
            2,
            1,
            "AESTDTC: '01MAR2015' is not valid; expected: an ISO 8601 date",
        ),
        (
            {"AESEQ": [0, 1]},
            "value-out-of-range",
            "AESEQ",
            "0",
            1,
            1,
            "AESEQ: 0 must be at least 1",
        ),
        (
            {"AESEQ": [1, 1.5]},
            "wrong-type",
            "AESEQ",
            "1.5",
            1,
            2,
            "AESEQ: 1.5 is a number, expected a whole number",
        ),
        (
            {"AETERM": [1, 2]},
            "wrong-type",
            "AETERM",
            "1",
            2,
            1,
            "AETERM: 1 is a number, expected text",
        ),
        (
            {"AESDTH": ["N", "Y"], "AEOUT": [None, "RECOVERED"]},
            "death-is-fatal",
            "AEOUT",
            "RECOVERED",
            1,
            2,
            "AESDTH is Y, so AEOUT must be FATAL: AEOUT 'RECOVERED', AESDTH 'Y'",
        ),
        (
            {"AESDTH": ["Y", "Y"], "AEOUT": [None, None]},
            "death-is-fatal",
            "AEOUT",
            None,
            2,
            1,
            "AESDTH is Y, so AEOUT must be FATAL: AEOUT no value, AESDTH 'Y'",
        ),
    ],
)
def test_a_fault_is_told_once_with_count_and_first_row(
    make: Any,
    columns_of: Any,
    rule: str,
    variable: str,
    value: str | None,
    count: int,
    row: int | None,
    message: str,
) -> None:
    (finding,) = check_schema(ae(make, **columns_of), AE, REGISTRY)
    assert (finding.rule, finding.variable, finding.value) == (rule, variable, value)
    assert (finding.count, finding.row, finding.message) == (count, row, message)


def test_severity_and_published_rules_come_from_the_schema(make: Any) -> None:
    (finding,) = check_schema(ae(make, AESDTH=["Y", "Y"], AEOUT=["FATAL", "X"]), AE, REGISTRY)
    assert (finding.severity, finding.published) == (Severity.WARNING, ("SD0091",))


def test_a_rule_on_an_absent_variable_names_that_variable(make: Any) -> None:
    findings = check_schema(ae(make, AESDTH=["Y", None], AEOUT=None), AE, REGISTRY)
    assert [(item.rule, item.variable) for item in findings] == [
        ("expected-variable-absent", "AEOUT"),
        ("death-is-fatal", "AEOUT"),
    ]


def test_a_finding_says_where_its_first_record_came_from(make: Any) -> None:
    dataset = make(
        "AE",
        {"STUDYID": ["S", "S"], "AETERM": ["A", "A"], "AEOUT": [None, None], "AESEQ": [1, -2]},
        keys=["STUDYID", "AESEQ", "AESPID"],
        trace={"source": ["ae", "ae"], "file": ["ae.csv", "ae.csv"], "record": [4, 9]},
    )
    (finding,) = check_schema(dataset, AE, REGISTRY)
    assert dict(finding.keys) == {"STUDYID": "S", "AESEQ": -2}
    assert (finding.file, finding.record, finding.row) == ("ae.csv", 9, 2)


@pytest.mark.parametrize("rows", [0, 1])
def test_a_dataset_without_records_lacks_only_variables(make: Any, rows: int) -> None:
    dataset = make("AE", {"AETERM": ["A"] * rows, "AESDTH": ["Y"] * rows})
    absent = [item.variable for item in check_schema(dataset, AE, REGISTRY) if item.row is None]
    assert absent == ["STUDYID", "AEOUT"]
    assert invalid_records(dataset, AE, REGISTRY).tolist() == [True] * rows


def test_many_wrong_values_are_listed_up_to_a_limit_and_then_counted(make: Any) -> None:
    values = [f"TERM OF {place} MANY" for place in range(250)] * 2
    dataset = make("AE", {"STUDYID": ["S"] * 500, "AETERM": values, "AEOUT": ["X"] * 500})
    findings = check_schema(dataset, AE, REGISTRY)
    assert len(findings) == 101
    assert [item.row for item in findings[:2]] == [1, 2]
    last = findings[-1]
    assert (last.value, last.count, last.row) == (None, 300, 101)
    assert last.message == "AETERM: the same fault in 150 more cases, not listed"
    assert sum(item.count for item in findings) == 500


def test_an_unresolvable_reference_is_an_error_for_people(make: Any) -> None:
    schema = {"$id": "test/AE.json", "properties": {"AETERM": {"$ref": "nowhere.json"}}}
    with pytest.raises(SpecError, match=re.escape("schema test/AE.json: 'nowhere.json' cannot")):
        check_schema(ae(make), schema)


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"additionalProperties": False, "properties": {"STUDYID": {}}}, [True, True]),
        ({"patternProperties": {"^AET": {"maxLength": 6}}}, [True, False]),
        ({"anyOf": [{"properties": {"AEOUT": {"const": None}}}, False]}, [True, False]),
        ({"not": {"properties": {"AEOUT": {"const": None}}}}, [False, True]),
        ({"dependentRequired": {"AEOUT": ["AESDTH"]}}, [True, True]),
        ({"dependentSchemas": {"AEOUT": {"required": ["AETERM"]}}}, [False, False]),
        ({"unevaluatedProperties": False, "properties": {"AETERM": {}}}, [True, True]),
        ({"maxProperties": 2}, [True, True]),
        ({"type": ["array", "object"]}, [False, False]),
        ({"type": "array"}, [True, True]),
        ({"$ref": "#/$defs/r", "$defs": {"r": {"required": ["X"]}}}, [True, True]),
        ({"allOf": [False]}, [True, True]),
        ({"allOf": [True]}, [False, False]),
    ],
)
def test_any_keyword_of_an_object_is_judged(make: Any, schema: Any, expected: list[bool]) -> None:
    dataset = ae(make)
    assert invalid_records(dataset, schema).tolist() == expected
    assert bool(check_schema(dataset, schema)) == any(expected)


# -- the verdicts are those of jsonschema, record by record ----------------------------------------

TEXTS = [
    "",
    "Y",
    "N",
    "MILD",
    "abc",
    "ABC1",
    "2015-03-01",
    "2015-03-01\n",
    "é",
    "1",
    "x\x1cy",
    "\u0661",
]
NUMBERS = [0.0, 1.0, -1.0, 2.5, 1e300, -0.0]
NAMES = ["A", "B", "N", "M"]
PATTERNS = ["^[A-Z]+$", r"\d", r"^\S*$", "^(Y|N)?$", "[^a-z]", r"\bc", "^.$", r"^\w+$", "(?=Y)"]

texts = st.one_of(st.none(), st.sampled_from(TEXTS))
numbers = st.one_of(st.none(), st.sampled_from(NUMBERS))
items = st.sampled_from([*TEXTS, 0, 1, 2.5, True, False, None])
keywords = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(
            st.sampled_from(["string", "number", "integer", "null"]),
            st.lists(st.sampled_from(["string", "number", "integer", "null", "boolean"])),
        ),
        "maxLength": st.integers(0, 5),
        "minLength": st.integers(0, 3),
        "pattern": st.sampled_from(PATTERNS),
        "enum": st.lists(items, min_size=1, max_size=4),
        "const": items,
        "minimum": st.sampled_from([-1, 0, 0.5, 2**60]),
        "maximum": st.sampled_from([0, 1, 2.5]),
        "exclusiveMinimum": st.sampled_from([-1, 0]),
        "exclusiveMaximum": st.sampled_from([1, 3]),
        "multipleOf": st.sampled_from([1, 0.5]),
        "$ref": st.sampled_from(
            [
                *(f"datatypes.json#/$defs/{name}" for name in ("date", "flag", "short")),
                "#/$defs/own",
            ]
        ),
        "x-note": st.just("a note"),
        "title": st.just("a title"),
    },
)
values = st.recursive(
    st.one_of(keywords, st.booleans()),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "maxLength": st.integers(0, 5),
        },
    ),
    max_leaves=4,
)
simple_records = st.fixed_dictionaries(
    {},
    optional={
        "properties": st.dictionaries(st.sampled_from([*NAMES, "ABSENT"]), values, max_size=3),
        "required": st.lists(st.sampled_from([*NAMES, "ABSENT"]), max_size=2, unique=True),
        "dependentRequired": st.dictionaries(
            st.sampled_from(NAMES), st.just(["ABSENT"]), max_size=1
        ),
        "minProperties": st.integers(3, 6),
        "patternProperties": st.dictionaries(st.sampled_from(["^A", "B$"]), values, max_size=1),
        "additionalProperties": st.one_of(st.booleans(), values),
    },
)
referred = st.just({"$ref": "datatypes.json#/$defs/record"})
records = st.recursive(
    st.one_of(simple_records, st.booleans(), referred),
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "allOf": st.lists(inner, min_size=1, max_size=2),
            "anyOf": st.lists(inner, min_size=1, max_size=2),
            "oneOf": st.lists(inner, min_size=1, max_size=2),
            "not": inner,
            "if": inner,
            "then": inner,
            "else": inner,
        },
    ),
    max_leaves=4,
)


@st.composite
def schemas(draw: Any) -> dict[str, Any]:
    schema = draw(simple_records)
    schema |= {"$id": "test/any.json", "$defs": {"own": draw(keywords.map(_without_reference))}}
    if draw(st.booleans()):
        schema["allOf"] = draw(st.lists(records, min_size=1, max_size=3))
    if draw(st.booleans()):
        schema["anyOf"] = draw(st.lists(records, min_size=1, max_size=2))
    return schema


def _without_reference(schema: dict[str, Any]) -> dict[str, Any]:
    return {keyword: value for keyword, value in schema.items() if keyword != "$ref"}


@st.composite
def frames(draw: Any) -> pd.DataFrame:
    rows = draw(st.integers(0, 6))
    present = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return pd.DataFrame(
        {
            name: columns.text(draw(st.lists(texts, min_size=rows, max_size=rows)))
            if name in ("A", "B")
            else pd.Series(draw(st.lists(numbers, min_size=rows, max_size=rows)), dtype=np.float64)
            for name in present
        },
        index=range(rows),
    )


def one_by_one(
    frame: pd.DataFrame, schema: dict[str, Any], registry: Registry[Any] = REGISTRY
) -> list[bool]:
    validator = Draft202012Validator(schema, registry=registry)
    lists = {name: columns.to_list(frame[name]) for name in frame.columns}
    verdicts = []
    for row in range(len(frame)):
        record = {name: values[row] for name, values in lists.items()}
        record = {name: None if value != value else value for name, value in record.items()}
        verdicts.append(not validator.is_valid(record))
    return verdicts


@pytest.mark.parametrize("screen_above", [-1, 1000])
@settings(max_examples=200, deadline=None)
@given(frame=frames(), schema=schemas())
def test_verdicts_are_those_of_jsonschema_for_every_record(
    screen_above: int, frame: pd.DataFrame, schema: dict[str, Any]
) -> None:
    metadata = Metadata("X", "X", "EVENTS", "", (), ())
    found = invalid_records(Dataset(metadata, frame), schema, REGISTRY, screen_above)
    assert found.tolist() == one_by_one(frame, schema)


@settings(max_examples=100, deadline=None)
@given(frame=frames(), schema=schemas())
def test_records_are_invalid_exactly_where_there_are_findings(
    frame: pd.DataFrame, schema: dict[str, Any]
) -> None:
    dataset = Dataset(Metadata("X", "X", "EVENTS", "", (), ()), frame)
    findings = check_schema(dataset, schema, REGISTRY)
    invalid = invalid_records(dataset, schema, REGISTRY)
    first = {item.row for item in findings if item.row is not None}
    assert all(invalid[row - 1] for row in first)
    if invalid.any():
        assert findings
    if any(item.row is None for item in findings):
        assert invalid.all()


@settings(max_examples=200, deadline=None)
@given(schema=values, number=st.booleans(), own=keywords.map(_without_reference))
def test_what_the_screen_decides_jsonschema_says_too(schema: Any, number: bool, own: Any) -> None:
    root = {"$id": "test/any.json", "$defs": {"own": own}, "properties": {"A": schema}}
    sample: list[Any] = NUMBERS if number else TEXTS
    resolver = REGISTRY.resolver_with_root(DRAFT202012.create_resource(root))
    verdicts = screen(schema, Values(sample, is_number=number), resolver)
    validator = Draft202012Validator(root, registry=REGISTRY)
    for value, verdict in zip(sample, verdicts.tolist(), strict=True):
        if verdict != ASK:
            assert (verdict == PASS) == validator.is_valid({"A": value}), value


def test_the_screen_knows_the_usual_keywords_without_asking() -> None:
    schema = {
        "type": ["string", "null"],
        "title": "Sex",
        "x-core": "Req",
        "maxLength": 3,
        "$ref": "datatypes.json#/$defs/date",
        "not": {"enum": ["Y"]},
        "if": {"const": "N"},
        "then": {"minLength": 1},
    }
    root = {"$id": "test/any.json"}
    resolver = REGISTRY.resolver_with_root(DRAFT202012.create_resource(root))
    assert ASK not in screen(schema, Values(TEXTS, is_number=False), resolver)


def test_a_schema_that_refers_to_itself_comes_to_an_end(make: Any) -> None:
    schema = {"$defs": {"a": {"anyOf": [{"type": "string"}, {"not": {"$ref": "#/$defs/b"}}]},
                        "b": {"allOf": [{"$ref": "#/$defs/c"}]}, "c": {"maxLength": 3}},
              "properties": {"AETERM": {"$ref": "#/$defs/a"}}}  # fmt: skip
    assert invalid_records(ae(make), schema, screen_above=-1).tolist() == [False, False]


@pytest.mark.parametrize("name", sdtmig.domain_names("3.4"))
def test_the_schema_of_every_domain_is_judged_as_jsonschema_judges_it(name: str) -> None:
    domain = sdtmig.load_domain("3.4", name)
    random = Random(name)
    texts = [None, name, "Y", "N", "NOT DONE", "2015-03-01", "2015-3", "P3D", "5", "\u00e9" * 50]
    frame = pd.DataFrame(
        {
            variable.name: columns.text(random.choices(texts, k=12))
            if variable.kind == "Char"
            else pd.Series(random.choices([np.nan, 0.0, 1.0, -2.5], k=12))
            for variable in domain.variables
            if random.random() < 0.9
        },
        index=range(12),
    )
    registry = sdtmig.registry.get_or_retrieve("sdtmig-3.4/datatypes.json").registry.crawl()
    dataset = Dataset(Metadata(name, name, "", "", (), ()), frame)
    whole = dict(domain.schema)
    rules = [{"allOf": [rule]} for rule in whole.get("allOf", ())]
    single = [{"properties": {key: item}} for key, item in whole["properties"].items()]
    for part in (whole, *rules, *single):
        schema = {"$id": whole["$id"], **part}
        expected = one_by_one(frame, schema, registry)
        for screen_above in (-1, 1000):
            found = invalid_records(dataset, schema, sdtmig.registry, screen_above)
            assert found.tolist() == expected
    findings = check_schema(dataset, domain.schema, sdtmig.registry)
    assert all(item.message and re.fullmatch("[a-z0-9-]+", item.rule) for item in findings)


@pytest.mark.parametrize("screen_above", [-1, 1000])
def test_infinity_is_no_whole_number(make: Any, screen_above: int) -> None:
    dataset = make("AE", {"AESEQ": [float("inf"), 3, None]})
    schema = {"properties": {"AESEQ": {"type": ["integer", "null"]}}}
    verdicts = invalid_records(dataset, schema, screen_above=screen_above)
    assert verdicts.tolist() == [True, False, False]
