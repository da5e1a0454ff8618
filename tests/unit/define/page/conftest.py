"""A small study with something of everything, its page as a tree, and the published examples."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html

from converters.define.elements import Odm
from converters.define.page import define_page
from converters.define.read import read_define

STUDY = Path(__file__).with_name("study.xml")


@pytest.fixture(scope="session")
def study() -> Odm:
    return read_define(STUDY)


@pytest.fixture(scope="session")
def tree(study: Odm) -> html.HtmlElement:
    return html.document_fromstring(define_page(study))
