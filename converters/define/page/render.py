"""The page's HTML from its view: templates, style and script in one file."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from converters.define.elements import Odm
from converters.define.page.links import inside
from converters.define.page.view import page
from converters.define.read import read_define
from converters.errors import OutputError
from converters.findings import Finding

_HERE = Path(__file__).parent


def define_page(odm: Odm, findings: Sequence[Finding] = (), *, title: str | None = None) -> str:
    """The page of a define.xml, with findings of checks shown on the items that they are about.

    The page is one HTML text. Nothing in it is loaded from elsewhere, everything from the file is
    escaped, and its policy lets nothing run but the page's own script. The same file and findings
    give the same page.
    """
    style, early, script = _asset("style.css"), _asset("early.js"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(early)} {_hash(script)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    return _template().render(
        page=page(odm, findings, title), policy=policy, style=style, early=early, script=script
    )


def write_page(
    source_path: str | os.PathLike[str],
    target_path: str | os.PathLike[str],
    findings: Sequence[Finding] = (),
) -> None:
    """Write the page of the define.xml at ``source_path`` to ``target_path``.

    The page is written beside its place and renamed when it is complete.

    Raises:
        InputError: the file cannot be read or is no Define-XML.
        OutputError: the page cannot be written.
    """
    target = Path(target_path)
    content = define_page(read_define(source_path), findings).encode()
    partial = target.with_name(f"{target.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"{target}: cannot be written: {error.strerror}") from error


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters["inside"] = inside
    return environment.get_template("page.html.j2")


@cache
def _asset(name: str) -> Markup:
    """A file of ours that goes into the page as it is."""
    return Markup((_HERE / name).read_text(encoding="utf-8"))  # noqa: S704


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
