"""A define.xml taken apart, and packages changed in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pandas as pd
from lxml import etree

from converters import columns
from converters.dataset import (
    Dataset,
    Metadata,
    Package,
    Variable,
)
from converters.define import define_xml
from converters.define.binding import DEFINE, ODM, XLINK

DEF = DEFINE["2.1"]
NS = {"o": ODM, "def": DEF, "xlink": XLINK}


def parsed(package: Package, **more: Any) -> etree._Element:
    return etree.fromstring(define_xml(package, **more))


def find(root: etree._Element, path: str) -> Any:
    return root.xpath(path, namespaces=NS)


def attributes(element: etree._Element) -> dict[str, str]:
    """Attributes by name as in the file: ``def:HasNoData``."""
    return {
        name.replace(f"{{{DEF}}}", "def:").replace(f"{{{XLINK}}}", "xlink:"): value
        for name, value in element.attrib.items()
    }


def item(root: etree._Element, oid: str) -> etree._Element:
    (element,) = find(root, f"//o:ItemDef[@OID='{oid}']")
    return element


def changed(
    package: Package, name: str, change: Callable[[Metadata], Metadata], **more: Any
) -> Package:
    """The package with another metadata of one dataset."""
    old = package.datasets[name]
    new = replace(old, metadata=change(old.metadata))
    return replace(package, datasets={**package.datasets, name: new}, **more)


def with_variable(package: Package, dataset: str, which: str, **values: Any) -> Package:
    return changed(
        package,
        dataset,
        lambda metadata: replace(
            metadata,
            variables=tuple(
                replace(variable, **values) if variable.name == which else variable
                for variable in metadata.variables
            ),
        ),
    )


def single(variable: Variable, **metadata: Any) -> Package:
    """A package of one dataset of one variable with one record."""
    about = Metadata("AE", "Events", "EVENTS", "One record", (), (variable,), **metadata)
    frame = pd.DataFrame({variable.name: columns.text(["x"])})
    return Package(
        "S", "S", "", "", "2026-01-31T09:00:00Z", (), {about.name: Dataset(about, frame)}
    )
