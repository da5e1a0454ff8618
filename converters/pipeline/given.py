"""Finished datasets that a study is given, for analysis datasets without raw records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from converters import columns
from converters.dataset import Dataset
from converters.errors import CdiscError, InputError, Problem
from converters.formats import read_dataset
from converters.pipeline.describe import with_type
from converters.standards.model import known_variables
from converters.standards.sdtmig import domain_names, load_domain


def read_given(files: Sequence[Path], sdtmig: str) -> dict[str, Dataset]:
    """The finished datasets in files, by name.

    Raises:
        InputError: files cannot be read, or two hold the same dataset; all are told.
    """
    found: dict[str, Dataset] = {}
    problems: list[Problem] = []
    for path in files:
        try:
            dataset = read_dataset(path)
        except CdiscError as error:
            problems += error.problems
            continue
        if dataset.name in found:
            message = f"holds the dataset {dataset.name}, as another file does"
            problems.append(Problem(str(path), None, None, message))
        found[dataset.name] = _as_the_standard(dataset, sdtmig)
    if problems:
        raise InputError(*problems)
    return found


def _as_the_standard(dataset: Dataset, sdtmig: str) -> Dataset:
    """The dataset with the labels and types of SDTMIG, where its file has no label or another type.

    Parquet and CSV files of other tools tell no labels, and have identifiers as numbers.
    """
    name = dataset.name
    domain = "SUPPQUAL" if name.startswith("SUPP") else name
    if domain not in domain_names(sdtmig):
        codes = columns.parts(dataset.frame["DOMAIN"]).values if "DOMAIN" in dataset.frame else []
        if len(codes) != 1 or codes[0] not in domain_names(sdtmig):
            return dataset
        domain = codes[0]  # a split dataset
    known = known_variables(sdtmig, domain)
    frame, variables = {}, []
    for item in dataset.metadata.variables:
        column, standard = dataset.frame[item.name], known.get(item.name)
        kind = standard.kind if standard else item.kind
        if kind != item.kind:
            text = columns.map_text(column, list) if columns.is_number(column) else column
            column = text if kind == "Char" else columns.to_number(column)
            item = with_type(replace(item, kind=kind, format=""), column)
        label = item.label or (standard.label if standard else "")
        frame[item.name] = column
        variables.append(replace(item, label=label))
    label = dataset.metadata.label or load_domain(sdtmig, domain).label
    metadata = replace(dataset.metadata, label=label, variables=tuple(variables))
    return Dataset(metadata, pd.DataFrame(frame), dataset.trace)
