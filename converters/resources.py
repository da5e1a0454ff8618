"""Where the shipped folders ``schemas/`` and ``mappings/`` are, and the user's own data."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """The shipped folder ``name`` (``schemas`` or ``mappings``).

    A wheel carries it inside the package; an editable install finds it in the repository.

    Raises:
        FileNotFoundError: the installation lacks it.
    """
    for place in (_PACKAGE / name, _PACKAGE.parent / name):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the installation of cdisc-converters lacks its folder '{name}'")


def data_folder() -> Path:
    """The user's folder for what the library keeps beside studies; it need not exist.

    ``CDISC_CONVERTERS_DATA`` names another one: for tests, and for a folder that many share.
    """
    named = os.environ.get("CDISC_CONVERTERS_DATA")
    return Path(named) if named else user_data_path("cdisc-converters", appauthor=False)
