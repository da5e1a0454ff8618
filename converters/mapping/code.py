"""Python functions of a study, in its ``derivations.py``: run only where the user allows it.

A function gets a frame of the columns that a spec names and returns a column with its index.
"""

from __future__ import annotations

import ast
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from converters import columns
from converters.errors import Problem, SpecError

CODE_FILE = "derivations.py"


def functions_in(folder: Path) -> list[str]:
    """The names of the functions of a study, without running anything.

    Raises:
        SpecError: there is no such file in the study folder, or it is no Python.
    """
    tree = ast.parse(_read(folder))
    return [item.name for item in tree.body if isinstance(item, ast.FunctionDef)]


def _read(folder: Path) -> str:
    """The text of the file, which can be parsed."""
    path = folder / CODE_FILE
    if not path.is_file():
        raise SpecError(Problem(CODE_FILE, None, None, "there is no such file in the study folder"))
    if not path.resolve().is_relative_to(folder.resolve()):
        message = "is a link that leads outside the study folder"
        raise SpecError(Problem(CODE_FILE, None, None, message))
    try:
        text = path.read_bytes().decode("utf-8-sig")
        ast.parse(text)
    except UnicodeDecodeError:
        raise SpecError(Problem(CODE_FILE, None, None, "is not UTF-8 text")) from None
    except SyntaxError as error:
        place = (CODE_FILE, error.lineno, error.offset)
        raise SpecError(Problem(*place, f"Python syntax: {error.msg}")) from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise SpecError(Problem(CODE_FILE, None, None, f"is no Python: {error}")) from None
    return text


@dataclass(frozen=True)
class StudyCode:
    """The functions of a study, ready to be called."""

    path: str
    functions: Mapping[str, Callable[[pd.DataFrame], Any]]

    def call(self, name: str, frame: pd.DataFrame) -> pd.Series:
        """What a function makes of a frame: a text or a number column of as many rows.

        Raises:
            SpecError: the function fails, or returns no such column.
        """
        function, index = self.functions[name], frame.index
        try:
            result = function(frame)
        except (Exception, SystemExit) as error:
            raise _failed(error, self.path, f"{name}: ") from None
        try:
            return _column(result, index)
        except ValueError as error:
            line = function.__code__.co_firstlineno if hasattr(function, "__code__") else None
            raise SpecError(Problem(CODE_FILE, line, None, f"{name}: {error}")) from None


def load_code(folder: Path) -> StudyCode:
    """Runs a study's derivations.py, and gives its functions.

    Raises:
        SpecError: the file is not there, or fails.
    """
    text, path = _read(folder), str(folder / CODE_FILE)
    module = ModuleType("derivations")
    module.__file__ = path
    try:
        exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    except (Exception, SystemExit) as error:
        raise _failed(error, path, "") from None
    names = functions_in(folder)
    return StudyCode(path, {name: getattr(module, name) for name in names})


def _failed(error: BaseException, path: str, start: str) -> SpecError:
    """What the study's code raised, with its last line in derivations.py."""
    lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == path]
    words = " ".join(str(error).split())
    message = f"{start}{type(error).__name__}{': ' if words else ''}{words}"
    return SpecError(Problem(CODE_FILE, lines[-1] if lines else None, None, message))


def column_for_code(column: pd.Series) -> pd.Series:
    """A column as a study's function gets it: float64, or text as str with NaN for missing."""
    if columns.is_number(column):
        return pd.Series(columns.floats(column))
    return column.astype(object)


def _column(result: Any, index: pd.Index[Any]) -> pd.Series:
    """The column that a function returned, text or numbers; ValueError says what is wrong."""
    if not isinstance(result, pd.Series):
        raise ValueError(f"returns no pandas Series but {type(result).__name__}")
    if not result.index.equals(index):
        raise ValueError(
            f"returns a Series of {len(result)} rows with another index; it must have the index"
            f" of the frame it gets ({len(index)} rows)"
        )
    if pd.api.types.is_datetime64_any_dtype(result) or pd.api.types.is_timedelta64_dtype(result):
        raise ValueError("returns dates: a SAS date is a number of days since 1960-01-01")
    if pd.api.types.is_complex_dtype(result):
        raise ValueError("returns complex numbers")
    if pd.api.types.is_numeric_dtype(result):
        numbers = result.astype("Float64").to_numpy(dtype=np.float64, na_value=np.nan)
        return pd.Series(np.where(np.isfinite(numbers), numbers, np.nan))
    given = result.astype(object)
    values = given.where(given.notna(), None).tolist()
    odd = sorted({type(value).__name__ for value in values if not isinstance(value, str | None)})
    if odd:
        raise ValueError(f"returns a Series of mixed values ({', '.join(odd)}): text, or numbers")
    return columns.text(values)
