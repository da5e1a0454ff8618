"""Where the shipped folders ``schemas/`` and ``mappings/`` are: in the wheel or the repository."""

from __future__ import annotations

from pathlib import Path

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
