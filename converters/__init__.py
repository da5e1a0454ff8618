"""Raw clinical-trial records to CDISC SDTM and ADaM, checked and packaged for submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Dataset",
    "Report",
    "check",
    "check_define",
    "convert",
    "define_page",
    "open_study",
    "read_dataset",
    "write_dataset",
]

if TYPE_CHECKING:
    from converters.api import Report, check, check_define, convert, define_page, open_study
    from converters.dataset import Dataset
    from converters.formats import read_dataset, write_dataset

_PLACES = {
    "Dataset": "converters.dataset",
    "check_define": "converters.define.check",
    "read_dataset": "converters.formats",
    "write_dataset": "converters.formats",
}


def __getattr__(name: str) -> Any:
    """Imports on first use, so that ``cdisc --help`` need not wait for pandas."""
    if name not in __all__:
        raise AttributeError(f"module 'converters' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(_PLACES.get(name, "converters.api")), name)
