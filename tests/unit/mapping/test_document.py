"""YAML documents: what is built of them, where everything stands, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.errors import SpecError
from converters.mapping.document import Document, load, scalar_text


@pytest.fixture
def read(tmp_path: Path) -> Any:
    """Loads a document from its text or bytes."""

    def read_text(content: str | bytes) -> Document:
        path = tmp_path / "spec.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return load(path, "spec.yaml")

    return read_text


def problems(read: Any, content: str | bytes) -> list[str]:
    with pytest.raises(SpecError) as caught:
        read(content)
    return [str(item) for item in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("Y", "Y"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2015-03-01", "2015-03-01"),
        ("12:30:00", "12:30:00"),
        ("0", 0),
        ("-7", -7),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("010", "010"),
        ("007", "007"),
        ("00", "00"),
        ("-01", "-01"),
        ("01.5", "01.5"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1.", "1."),
        ("=", "="),
        ("12345678901234567890", "12345678901234567890"),
        ('"1"', "1"),
        ("'1.50'", "1.50"),
        ('""', ""),
        ("!!str 5", "5"),
        ("text with: colon"[:4], "text"),
        ("Größe µ", "Größe µ"),
        ("|\n  two\n  lines\n", "two\nlines\n"),
        ("[1, a, [b]]", [1, "a", ["b"]]),
        ("{x: 1}", {"x": 1}),
    ],
)
def test_a_value_is_what_the_core_schema_says_and_identifiers_stay_text(
    read: Any, written: str, value: Any
) -> None:
    found = read(f"a: {written}\n").data["a"]
    assert found == value
    assert isinstance(found, type(value)) or isinstance(value, float)
    assert isinstance(found, str) == isinstance(value, str)


@pytest.mark.parametrize(
    ("written", "text"),
    [("1.50", "1.50"), ("1e3", "1e3"), ("7", "7"), ("010", "010"), ("true", "true"), ("x", "x")],
)
def test_a_scalar_is_text_again_as_it_was_written(read: Any, written: str, text: str) -> None:
    assert scalar_text(read(f"a: {written}\n").data["a"]) == text


def test_keys_are_always_text(read: Any) -> None:
    assert list(read("1: a\n010: b\nNO: c\ntrue: d\n2015-01-01: e\n").data) == [
        "1",
        "010",
        "NO",
        "true",
        "2015-01-01",
    ]


def test_every_value_and_key_has_its_place(read: Any) -> None:
    document = read("a:\n  b: x\n  c: [y, {d: z}]\n")
    assert document.places["a", "b"] == (2, 6)
    assert document.keys["a", "b"] == (2, 3)
    assert document.places["a", "c", 1, "d"] == (3, 14)
    assert str(document.problem(("a", "c", 0), "wrong")) == "spec.yaml:3:7: wrong"
    assert str(document.problem(("a", "b"), "wrong", at_key=True)) == "spec.yaml:2:3: wrong"
    assert str(document.problem(("a", "b"), "wrong", offset=4)) == "spec.yaml:2:10: wrong"
    assert str(document.problem(("a", "b", "no", "such"), "wrong")) == "spec.yaml:2:6: wrong"
    assert str(document.problem(("q",), "wrong")) == "spec.yaml:1:1: wrong"


def test_the_text_of_a_quoted_value_begins_behind_its_quote(read: Any) -> None:
    document = read("a: \"xyz\"\nb: 'x'\n")
    assert (document.places["a",], document.places["b",]) == ((1, 5), (2, 5))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("a: 1\r\nb: 2\r\n", id="lines of Windows"),
        pytest.param("\ufeffa: 1\nb: 2\n", id="a byte order mark"),
        pytest.param("---\na: 1\nb: 2\n...\n", id="document marks"),
        pytest.param("# comment\na: 1 # more\nb: 2", id="comments"),
        pytest.param("x: &one 1\na: *one\nb: 2\n", id="an alias"),
    ],
)
def test_ordinary_variety_is_read(read: Any, content: str) -> None:
    data = read(content).data
    assert (data["a"], data["b"]) == (1, 2)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param("", ["spec.yaml:1:1: is empty"], id="empty"),
        pytest.param("# nothing\n\n", ["spec.yaml:1:1: is empty"], id="comments only"),
        pytest.param(
            "a: 1\nb: 2\na: 3\n",
            ["spec.yaml:3:1: duplicate key 'a' (first on line 1)"],
            id="a key twice",
        ),
        pytest.param(
            "a: {b: 1, b: 2}\nc: {d: 1, d: 2}\n",
            [
                "spec.yaml:1:11: duplicate key 'b' (first on line 1)",
                "spec.yaml:2:11: duplicate key 'd' (first on line 2)",
            ],
            id="several problems together",
        ),
        pytest.param(
            "? [a, b]\n: 1\n", ["spec.yaml:1:3: a key must be a single word or text"], id="key"
        ),
        pytest.param(
            "a: !!python/object/apply:os.system ['true']\n",
            [
                "spec.yaml:1:4: the tag '!!python/object/apply:os.system' is not allowed: a spec"
                " holds plain data only"
            ],
            id="a tag that runs code",
        ),
        pytest.param(
            "a: !mine x\n",
            ["spec.yaml:1:4: the tag '!mine' is not allowed: a spec holds plain data only"],
            id="an own tag",
        ),
        pytest.param(
            "a: !!binary aGk=\n",
            ["spec.yaml:1:4: the tag '!!binary' is not allowed: a spec holds plain data only"],
            id="binary",
        ),
        pytest.param(b"a: 1\nb: \xff\n", ["spec.yaml:2: is not UTF-8 text"], id="not UTF-8"),
    ],
)
def test_what_is_no_plain_document_is_told(
    read: Any, content: str | bytes, expected: list[str]
) -> None:
    assert problems(read, content) == expected


@pytest.mark.parametrize(
    ("content", "place", "word"),
    [
        pytest.param("a: [1, 2\nb: 3\n", "spec.yaml:2:", "YAML syntax", id="an open bracket"),
        pytest.param("a: 'x\n", "spec.yaml:2:", "YAML syntax", id="an open quote"),
        pytest.param("a: b: c\n", "spec.yaml:1:5:", "YAML syntax", id="two colons"),
        pytest.param("a:\n\t- x\n", "spec.yaml:2:1:", "YAML syntax", id="a tabulator"),
        pytest.param("a: *no\n", "spec.yaml:1:4:", "YAML syntax", id="an unknown alias"),
        pytest.param("a: 1\n---\nb: 2\n", "spec.yaml:2:", "YAML syntax", id="two documents"),
        pytest.param("a: x\0y\n", "spec.yaml:1:", "U+0000", id="a null byte"),
        pytest.param("a: \x07\n", "spec.yaml:1:", "U+0007", id="a control character"),
        pytest.param("[" * 100, "spec.yaml:", "nested", id="deep"),
        pytest.param("[" * 100_000, "spec.yaml:", "nested", id="very deep"),
        pytest.param("- " * 5000 + "x", "spec.yaml:", "nested", id="deep by dashes"),
        pytest.param("a: &a [*a]\n", "spec.yaml:1:", "aliases unfold", id="an alias of itself"),
        pytest.param("a: !!int abc\n", "spec.yaml:1:4:", "abc", id="no whole number"),
        pytest.param("a: !!float abc\n", "spec.yaml:1:4:", "abc", id="no number"),
        pytest.param("a: !!bool abc\n", "spec.yaml:1:4:", "abc", id="neither true nor false"),
    ],
)
def test_damaged_documents_are_told_and_never_a_traceback(
    read: Any, content: str, place: str, word: str
) -> None:
    (found,) = problems(read, content)
    assert found.startswith(place)
    assert word in found


def test_aliases_cannot_unfold_without_end(read: Any) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    (found,) = problems(read, "\n".join(lines))
    assert "aliases unfold without reasonable end" in found


def test_a_file_that_is_too_large_is_not_read(read: Any) -> None:
    (found,) = problems(read, "a: " + "x" * 5_000_001)
    assert found == "spec.yaml: is larger than 5,000,000 bytes"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path / "none.yaml", "none.yaml")
    assert str(caught.value) == "none.yaml: cannot be read: No such file or directory"


@given(st.text(max_size=60) | st.text(alphabet=" -:[]{}&*!|>'\"#%@,?ab1\n\t", max_size=40))
def test_any_text_is_a_document_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content.encode("utf-8", "surrogatepass"))
    try:
        load(path)
    except SpecError as error:
        assert error.problems
