"""Datasets and variables on both sides: which there are, labels, order, types, lengths, formats."""

from __future__ import annotations

from collections.abc import Iterator

from converters.dataset import Variable
from converters.define.check.data_files import Held
from converters.define.check.rule import Place, Rule, at_group
from converters.define.check.walk import NUMBERS
from converters.define.elements import ItemDef, ItemGroupDef, ItemRef
from converters.define.index import Index
from converters.errors import nearest
from converters.findings import Finding, Severity
from converters.formats.dataset_json_layout import clock_of
from converters.validation.table import number

_NAME = Rule("define-data-dataset-name", Severity.WARNING, ("SD0061",))
_LABEL = Rule("define-data-dataset-label", Severity.WARNING, ("SD1325",))
_HAS_DATA = Rule("define-data-dataset-has-records", Severity.ERROR)
_NO_RECORDS = Rule("define-data-dataset-empty", Severity.WARNING, ("SD0001",))
_MISSING = Rule("define-data-variable-missing", Severity.ERROR, ("SD0054",))
_UNDEFINED = Rule("define-data-variable-undefined", Severity.ERROR, ("SD0060",))
_ORDER = Rule("define-data-variable-order", Severity.WARNING)
_VARIABLE_LABEL = Rule("define-data-variable-label", Severity.WARNING, ("SD1324",))
_TYPE = Rule("define-data-variable-type", Severity.ERROR, ("SD0059",))
_FILE_LENGTH = Rule("define-data-file-length", Severity.NOTE)
_FORMAT = Rule("define-data-display-format", Severity.NOTE)
_HAS_VALUES = Rule("define-data-variable-has-values", Severity.ERROR)
_NO_VALUES = Rule("define-data-variable-empty", Severity.NOTE)
_OID = Rule("define-data-oid", Severity.WARNING)

#: Data types of moments that may be kept as SAS numbers with a format.
_MOMENTS = ("date", "time", "datetime")


def at_variable(group: ItemGroupDef, item: ItemDef) -> Place:
    """The place of a variable of this dataset, of several that share the definition."""
    return Place(item.line, item.oid or "", group.name or "", item.name or "")


def defined(index: Index, group: ItemGroupDef) -> dict[str, tuple[ItemRef, ItemDef]]:
    """The variables of a dataset by name, in the order of their numbers."""
    found: dict[str, tuple[ItemRef, ItemDef]] = {}
    for ref, item in sorted(index.variables(group), key=lambda pair: _place(pair[0])):
        found.setdefault(item.name or "", (ref, item))
    return found


def _place(ref: ItemRef) -> int:
    """The number of a variable; without one it stands after those that have one."""
    text = ref.order_number or ""
    return int(text) if text.isascii() and text.isdigit() else 1 << 30


def check_dataset(index: Index, group: ItemGroupDef, held: Held) -> Iterator[Finding]:
    """The dataset as a whole: name, label, whether it has records, and its OIDs."""
    table, place = held.table, at_group(group)
    names = {name.upper() for name in (group.name, group.sas_dataset_name) if name}
    if held.transport and table.name.upper() not in names:
        message = f"{held.file} holds a dataset named '{table.name}', expected {group.name}"
        yield held.finding(_NAME, place, message, value=table.name)
    label, wanted = table.metadata.label.strip(), str(group.description or "").strip()
    yield from _differs(held, _LABEL, place, label, wanted)
    if group.has_no_data == "Yes" and table.rows:
        message = f"HasNoData is Yes, but the data have {number(table.rows, 'record')}"
        yield held.finding(_HAS_DATA, place, message, count=table.rows)
    if group.has_no_data != "Yes" and not table.rows:
        expected = '; expected def:HasNoData="Yes"' if index.odm.version == "2.1" else ""
        yield held.finding(_NO_RECORDS, place, f"the data have no record{expected}")
    yield from _check_oids(index, group, held)


def _check_oids(index: Index, group: ItemGroupDef, held: Held) -> Iterator[Finding]:
    """The OIDs that a Dataset-JSON file says are those of define.xml, where it says any."""
    header = held.header
    if header is None:
        return
    study = index.odm.studies[0].oid if index.odm.studies else None
    said = [
        ("studyOID", header.study_oid, study),
        ("metaDataVersionOID", header.metadata_version_oid, index.metadata.oid),
        ("itemGroupOID", header.item_group_oid or f"IG.{held.table.name}", group.oid),
    ]
    for name, found, wanted in said:
        if found and found != wanted:
            message = f"{name} in the data is '{found}', in define.xml '{wanted}'"
            yield held.finding(_OID, at_group(group), message, value=found)
    for name, (_, item) in defined(index, group).items():
        found = header.item_oids.get(name, f"IT.{held.table.name}.{name}")
        if name in held.table and found != item.oid:
            message = f"itemOID in the data is '{found}', in define.xml '{item.oid}'"
            yield held.finding(_OID, at_variable(group, item), message, value=found)


def check_variables(index: Index, group: ItemGroupDef, held: Held) -> Iterator[Finding]:
    """Variables on both sides, and their order."""
    wanted, names = defined(index, group), held.table.names
    for name, (_, item) in wanted.items():
        if name not in held.table:
            message = f"the data have no variable {name}{nearest(name, names)}"
            yield held.finding(_MISSING, at_variable(group, item), message)
    for name in names:
        if name not in wanted:
            message = f"the variable is not defined{nearest(name, wanted)}"
            place = Place(group.line, group.oid or "", group.name or "", name)
            yield held.finding(_UNDEFINED, place, message)
    shared = [name for name in wanted if name in held.table]
    there = [name for name in names if name in wanted]
    moved = next((at for at, name in enumerate(shared) if there[at] != name), None)
    if moved is not None:
        before = f"after {shared[moved - 1]}" if moved else "first"
        message = (
            f"the variables stand in another order in the data: {before} comes"
            f" {there[moved]}, in define.xml {shared[moved]}"
        )
        yield held.finding(_ORDER, at_group(group), message, value=there[moved])


def check_definitions(index: Index, group: ItemGroupDef, held: Held) -> Iterator[Finding]:
    """Label, type, length and format of each variable, and whether it has values."""
    known = {item.name: item for item in held.table.metadata.variables}
    for name, (ref, item) in defined(index, group).items():
        if name in known:
            place = at_variable(group, item)
            yield from _label(held, place, known[name], item)
            yield from _type(held, place, known[name], item)
            yield from _form(held, place, known[name], item)
            yield from _emptiness(index, held, place, name, ref)


def _label(held: Held, place: Place, variable: Variable, item: ItemDef) -> Iterator[Finding]:
    label, wanted = variable.label.strip(), str(item.description or "").strip()
    yield from _differs(held, _VARIABLE_LABEL, place, label, wanted)


def _differs(held: Held, rule: Rule, place: Place, label: str, wanted: str) -> Iterator[Finding]:
    """Labels that are not the same; define.xml's own lack of one is told without data."""
    if wanted and label != wanted and (label or held.labels):
        found = f"the label in the data is '{label}'" if label else "the data have no label"
        yield held.finding(rule, place, f"{found}, in define.xml it is '{wanted}'", value=label)


def is_of_type(variable: Variable, item: ItemDef) -> bool:
    """Whether Char or Num goes with the data type; dates may be SAS numbers with their format."""
    if variable.kind == "Char":
        return item.data_type not in NUMBERS
    clock = clock_of(variable) if item.data_type in _MOMENTS else None
    return item.data_type in NUMBERS or (clock is not None and clock == item.data_type)


def _type(held: Held, place: Place, variable: Variable, item: ItemDef) -> Iterator[Finding]:
    if item.data_type and not is_of_type(variable, item):
        message = f"the variable is {variable.kind} in the data, but DataType is {item.data_type}"
        yield held.finding(_TYPE, place, message, value=variable.kind)


def _form(held: Held, place: Place, variable: Variable, item: ItemDef) -> Iterator[Finding]:
    """The length and the format that the file declares."""
    wanted = whole_number(item.length)
    texts = variable.kind == "Char" and item.data_type == "text"
    if held.transport and texts and wanted is not None and variable.length != wanted:
        message = f"the length in the file is {variable.length}, in define.xml {wanted}"
        yield held.finding(_FILE_LENGTH, place, message, value=str(variable.length))
    found, said = _plain_format(variable.format), _plain_format(item.display_format or "")
    if found and found != said and (said or clock_of(variable)):
        shown = f"'{item.display_format}'" if said else "none"
        message = f"the format in the file is '{variable.format}', def:DisplayFormat is {shown}"
        yield held.finding(_FORMAT, place, message, value=variable.format)


def _plain_format(text: str) -> str:
    return text.strip().rstrip(".").upper()


def whole_number(text: str | None) -> int | None:
    """The number of an attribute that should be one; None where it is not."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 10 else None


def _emptiness(
    index: Index, held: Held, place: Place, name: str, ref: ItemRef
) -> Iterator[Finding]:
    """HasNoData says whether any record has a value (Define-XML 2.1)."""
    values = held.table.column(name)
    valued = held.table.rows - values.missing
    if ref.has_no_data == "Yes" and valued:
        first = int(values.first.min())
        message = f"HasNoData is Yes, but {number(valued, 'record')} have a value"
        yield held.finding(_HAS_VALUES, place, message, count=valued, row=first)
    silent = index.odm.version == "2.1" and ref.has_no_data != "Yes"
    if silent and held.table.rows and not valued:
        message = 'no record has a value; expected def:HasNoData="Yes"'
        yield held.finding(_NO_VALUES, place, message)
