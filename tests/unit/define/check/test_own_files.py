"""Files that are built of a package: nothing is wrong with what they are made of."""

from __future__ import annotations

import pytest

from converters.dataset import Package
from converters.define import check_xsd, define_xml, read_define
from converters.define.check import (
    datasets,
    documents,
    identifiers,
    languages,
    references,
    results,
    standards,
    vocabulary,
)
from converters.define.index import index

MODULES = (
    *(datasets, documents, identifiers, languages, references, results, standards),
    vocabulary,
)


#: What the package is made with: a long label, a dataset without keys and records.
MADE = {"define-dataset-label-long", "define-keys-missing"}


@pytest.mark.parametrize(
    ("version", "more"),
    # Version 2.0 cannot say that a dataset has no records, so its file is missed.
    [("2.1", set()), ("2.0", {"define-dataset-file-missing"})],
)
def test_a_package_written_in_either_version_has_no_fault_of_structure(
    package: Package, version: str, more: set[str]
) -> None:
    content = define_xml(package, version=version)
    definitions = index(read_define(content))
    checks = [check for module in MODULES for check in module.CHECKS]
    assert {item.rule for check in checks for item in check(definitions)} == MADE | more
    assert check_xsd(content) == []
