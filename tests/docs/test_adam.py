"""The page of analysis datasets is run: its examples over the finished datasets that they show.

As in ``test_reference``, but the files are finished datasets (``sdtm/vs.csv``), analysis specs
(``adam/advs.yaml``) and rows of these (``adam/ctcae.csv``), and ``**Account of ADVS**`` is that of
the source's records in the dataset.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from converters import columns
from converters.dataset import AnalysisData
from converters.errors import SpecError
from converters.findings import Severity
from converters.mapping.check import check_document
from converters.mapping.code import load_code
from converters.mapping.displays import DISPLAYS, DisplaySpec, build_displays, described
from converters.mapping.document import load
from converters.pipeline.adam.displays import PURPOSES, REASONS, display_problems, unknown_terms
from converters.rules.derivation import variable_makers
from converters.rules.registry import modifiers, steps
from converters.validation import check_analyses
from tests.docs.test_reference import (
    REFERENCE,
    Example,
    choices_of,
    examples,
    mapping_schema,
    metadata,
    names_of,
    pieces,
    places,
    rows_of,
    shown,
    used,
    value_level,
    where_text,
)
from tests.finished import SETTINGS, Made, carry_out, finished_dataset, plan, values_of

PAGE = REFERENCE / "adam.md"
#: Nine categories are one thing.
_PARCAT = re.compile("PARCAT[2-9]N?$")


def with_datasets(found: list[Example]) -> list[Example]:
    """The examples, with the finished datasets of those before them."""
    datasets: dict[str, str] = {}
    for example in found:
        own = {name: text for name, text in example.files.items() if name.endswith(".csv")}
        datasets |= own
        example.files = {**datasets, **example.files}
    return found


EVERY = examples(PAGE)
SHOWN = [example for example in EVERY if DISPLAYS in example.files]
ALL = with_datasets([example for example in EVERY if DISPLAYS not in example.files])


def made(example: Example, place: Path) -> Made:
    """What an example's specs make of its datasets."""
    given = {
        Path(name).stem.upper(): finished_dataset(Path(name).stem.upper(), text)
        for name, text in example.files.items()
        if name.startswith("sdtm/")
    }
    for name in (name for name in example.files if name.startswith("adam/") and ".csv" in name):
        (place / "adam").mkdir(exist_ok=True)
        (place / name).write_text(example.files[name], "utf-8")
    texts = {name: text for name, text in example.files.items() if name.endswith(".yaml")}
    own = {Path(name).stem.upper() for name in texts}
    given = {name: item for name, item in given.items() if name not in own}
    plans = plan(place, texts, given)
    settings = SETTINGS
    if "derivations.py" in example.files:
        (place / "derivations.py").write_text(example.files["derivations.py"], "utf-8")
        settings = replace(SETTINGS, code=load_code(place))
    by_subject = not any("visits: all" in text for text in texts.values())  # goes by all subjects
    found = carry_out(plans, given, settings=settings, by_subject=by_subject)
    return Made(found, plans[-1].name)


def actual(result: Made, title: str, names: list[str]) -> list[list[str]]:
    """What the specs give for a table of the page."""
    found: list[dict[str, Any]]
    if title == "Findings":
        found = [item.as_dict() for item in result.findings]
    elif title.startswith("Account of "):
        found = account(result)
    elif title.startswith("Value level of "):
        found = value_level(result.dataset(title.removeprefix("Value level of ")))
    elif title.startswith("Metadata of "):
        found = metadata(result.dataset(title.removeprefix("Metadata of ")))
    else:
        dataset = result.dataset(title)
        texts = {
            name: [columns.number_text(v) if isinstance(v, float) else v for v in values]
            for name, values in ((name, values_of(dataset, name)) for name in names)
        }
        found = [{n: texts[n][row] for n in names} for row in range(len(dataset.frame))]
    return [[shown(item[name]) for name in names] for item in found]


def account(result: Made) -> list[dict[str, Any]]:
    (found,) = (item for item in result.analyses.accounts if item["dataset"] == result.name)
    lines = [{"fate": "analysed", "reason": "", "records": found["analysed"]}]
    for fate in ("excluded", "rejected"):
        for reason, count in found[fate].items():
            lines.append({"fate": fate, "reason": reason, "records": count})
    return lines


#: What the displays on the page can read.
KNOWN = {"ADSL": ["USUBJID", "SEX", "SAFFL"], "ADRS": ["USUBJID", "PARAMCD", "AVAL"]}


def declared(example: Example, place: Path) -> tuple[DisplaySpec, ...]:
    """The displays that an example declares, or none."""
    path = place / DISPLAYS
    path.parent.mkdir(exist_ok=True)
    path.write_text(example.files[DISPLAYS], "utf-8")
    document = load(path, DISPLAYS)
    assert check_document(document, "displays") == []
    return build_displays(document)


@pytest.mark.parametrize("example", SHOWN, ids=lambda item: f"{item.page}:{item.line}")
def test_displays_read_what_the_page_shows(example: Example, tmp_path: Path) -> None:
    displays = declared(example, tmp_path)
    problems = [str(item) for item in display_problems(displays, KNOWN)]
    assert problems == (example.problems or [])
    assert list(unknown_terms(displays)) == []
    for _, table in example.tables:
        _, expected = rows_of(table)
        found = [
            [display.name, result.name, "; ".join(map(data_text, result.data))]
            for display in described(displays)
            for result in display.results
        ]
        assert found == expected


def data_text(data: AnalysisData) -> str:
    """What an analysis reads: ``ADRS.AVAL where PARAMCD EQ EDSS``."""
    where = f" where {where_text(data.where)}" if data.where else ""
    return f"{data.dataset}.{', '.join(data.variables)}{where}"


def test_every_key_of_displays_is_in_an_example(tmp_path: Path) -> None:
    schema = mapping_schema("displays")
    shown_keys: set[str] = set()
    for example in SHOWN:
        (display, *_) = declared(example, tmp_path)
        shown_keys |= set(used(schema, schema, display.document.data))
    assert sorted(set(places(schema)) - shown_keys) == []


def test_every_key_of_displays_is_on_the_page() -> None:
    text = PAGE.read_text("utf-8") + (REFERENCE / "mapping.md").read_text("utf-8")
    words = {*names_of(mapping_schema("displays")), *REASONS, *PURPOSES}
    assert sorted(word for word in words if f"`{word}`" not in text) == []


@pytest.mark.parametrize("example", ALL, ids=lambda item: f"{item.page}:{item.line}")
def test_example_gives_what_the_page_shows(example: Example, tmp_path: Path) -> None:
    if example.problems is not None:
        with pytest.raises(SpecError) as caught:
            made(example, tmp_path)
        found = sorted(caught.value.problems, key=lambda item: item.place())
        assert [str(item) for item in found] == example.problems
        return
    result = made(example, tmp_path)
    for title, table in example.tables:
        names, expected = rows_of(table)
        got = actual(result, title, names)
        if title.startswith(("Metadata", "Value level")):
            wanted = {row[names.index("variable")] for row in expected}
            got = [row for row in got if row[names.index("variable")] in wanted]
        assert got == expected, title
    if "Findings" not in [title for title, _ in example.tables]:
        assert result.told() == []
    told = check_analyses(result.analyses.datasets)
    wrong = {item.rule for item in told if item.severity.at_least(Severity.ERROR)}
    # Examples leave out what does not matter; one shows TRTEMFL with N, as some studies have it.
    left_out = {"required-variable-absent", "adsl-absent", "companion-without-primary"}
    assert wrong <= {*left_out, "flag-not-y"}


# What the page must hold


def own_places(found: set[str]) -> Iterator[str]:
    """Places that this page is to show: not what the mapping language shows, blocks as one."""
    shared = {*variable_makers(), *modifiers()} - set(steps())
    attributes = "#/properties/variables/additionalProperties/properties"
    for place in (item.replace(attributes, "#/$defs/variable/properties") for item in found):
        if not any(place.startswith(f"#/$defs/variable/properties/{name}") for name in shared):
            yield place.replace("#/properties/records/items/properties", "#/properties")


def test_every_key_of_the_language_is_in_an_example(tmp_path: Path) -> None:
    schema = mapping_schema("analysis")
    shown_keys: set[str] = set()
    for number, example in enumerate(ALL):
        for name, text in example.files.items():
            if name.endswith(".yaml"):
                path = tmp_path / f"{number}.yaml"
                path.write_text(text, "utf-8")
                shown_keys |= set(used(schema, schema, load(path).data))
    wanted = set(own_places(set(places(schema))))
    absent = wanted - set(own_places(shown_keys))
    assert sorted(item for item in absent if not _PARCAT.search(item)) == []


def test_every_key_and_choice_of_the_language_is_on_the_page() -> None:
    schema = mapping_schema("analysis")
    text = PAGE.read_text("utf-8") + (REFERENCE / "mapping.md").read_text("utf-8")
    words = {*names_of(schema), *choices_of(schema)}
    assert sorted(w for w in words if f"`{w}`" not in text and not _PARCAT.search(w)) == []


def test_every_step_has_a_section_of_its_own() -> None:
    headings = {c for _, kind, _, c in pieces(PAGE.read_text("utf-8")) if kind == "heading"}
    assert sorted(name for name in steps() if f"`{name}`" not in headings) == []
