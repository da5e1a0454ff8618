"""What must hold of origins and methods of every variable, whatever the study."""

from __future__ import annotations

from collections.abc import Iterator

from converters.dataset import Dataset, Metadata, Variable

#: Origins that a standard allows (Define-XML 2.1, def:Origin), each with its sources.
_TABULATION = {
    "Collected": ("Investigator", "Subject", "Vendor"),
    "Derived": ("Sponsor", "Vendor", "Investigator"),
    "Assigned": ("Sponsor", "Vendor", "Investigator"),
    "Protocol": ("Sponsor",),
    "Predecessor": ("",),
    "Not Available": ("",),
}
_ANALYSIS = {"Derived": ("Sponsor",), "Assigned": ("Sponsor",), "Predecessor": ("",)}


def origin_faults(datasets: dict[str, Dataset]) -> list[str]:
    """What is wrong with origins and methods, value level included; empty if nothing is."""
    return [fault for item in datasets.values() for fault in _of_dataset(item.metadata)]


def _of_dataset(metadata: Metadata) -> Iterator[str]:
    levels: dict[str, list[Variable]] = {}
    for level in metadata.value_level:
        levels.setdefault(level.variable, []).append(level.definition)
        place = f"{metadata.name}.{level.variable} {level.where[0].values}"
        yield from _of_variable(place, level.definition, metadata.purpose)
    for variable in metadata.variables:
        if variable.origin is None and levels.get(variable.name):
            continue  # its values tell theirs
        yield from _of_variable(f"{metadata.name}.{variable.name}", variable, metadata.purpose)


def _of_variable(place: str, variable: Variable, purpose: str) -> Iterator[str]:
    origin, method = variable.origin, variable.method
    if origin is None:
        yield f"{place} has no origin"
        return
    allowed = _ANALYSIS if purpose == "Analysis" else _TABULATION
    if origin.source not in allowed.get(origin.type, ()):
        yield f"{place}: {origin.type} of '{origin.source}'"
    if origin.type == "Predecessor" and "." not in origin.predecessor:
        yield f"{place}: the predecessor is '{origin.predecessor}'"
    if (origin.type == "Derived") != (method is not None):
        yield f"{place}: {origin.type} with{'' if method else 'out'} a method"
    if method and not (method.words.endswith(".") and method.expression):
        yield f"{place}: the method is {method}"
