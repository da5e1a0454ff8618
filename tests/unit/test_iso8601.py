"""ISO 8601: packing, raw dates to ISO text, study days, validity, durations."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters import columns, iso8601


@pytest.mark.parametrize(
    ("text", "packed", "precision"),
    [
        ("2014", 20140000000000, 1),
        ("2014-03", 20140300000000, 2),
        ("2014-03-05", 20140305000000, 3),
        ("2014-03-05T07", 20140305070000, 4),
        ("2014-03-05T07:15", 20140305071500, 5),
        ("2014-03-05T07:15:59", 20140305071559, 6),
        ("2014-03-05T07:15:59.999", 20140305071559, 6),
        ("2014-03-05T07:15:59,5Z", 20140305071559, 6),
        ("2014-03-05T07:15+01:00", 20140305071500, 5),
        ("2014-03-05T00:00", 20140305000000, 5),
        ("2014-12-31T24:00", 20150101000000, 5),
        ("2014-12-31T24:00:01", 0, 0),
        ("9999-12-31T24:00", 0, 0),
        ("2003---15", 20030000000000, 1),
        ("2003-12--T13:15", 20031200000000, 2),
        ("2003-12-15T-:15", 20031215000000, 3),
        ("2003-12-15T13:-:17", 20031215130000, 4),
        ("--03-15", 0, 0),
        ("-----T07:15", 0, 0),
        ("2016-02-29", 20160229000000, 3),
        ("1900-02-29", 0, 0),
        ("2000-02-29", 20000229000000, 3),
        ("2015-02-31", 0, 0),
        ("2015-00", 0, 0),
        ("2015-13", 0, 0),
        ("2015-13-01", 0, 0),
        ("2015-01-00", 0, 0),
        ("2015-04-31", 0, 0),
        ("0000-01-01", 0, 0),
        ("2015-01-01T25:00", 0, 0),
        ("2015-01-01T23:60", 0, 0),
        ("2015-01-01 23:00", 0, 0),
        ("2003-12--", 0, 0),
        ("2003-12-15T-", 0, 0),
        ("2003-12-15T13:-", 0, 0),
        ("2003-12-15T13:-Z", 0, 0),
        ("2014-03-05T07:15+0100", 0, 0),
        ("2014-03-05T07:15+19:00", 0, 0),
        ("20150101", 0, 0),
        ("2015-1-1", 0, 0),
        ("\uff12\uff10\uff11\uff15", 0, 0),
        ("2015\n", 0, 0),
        ("2015\x00", 0, 0),
        ("", 0, 0),
        ("T07:15", 0, 0),
    ],
)
def test_a_text_is_packed_with_the_precision_of_its_known_leading_parts(
    text: str, packed: int, precision: int
) -> None:
    got, level = iso8601.pack([text])
    assert (int(got[0]), int(level[0])) == (packed, precision)


def test_packing_keeps_order_and_types() -> None:
    got, level = iso8601.pack(["2014", "no date", "2014-01-02T03:04:05"])
    assert got.tolist() == [20140000000000, 0, 20140102030405]
    assert level.tolist() == [1, 0, 6]
    assert (got.dtype, level.dtype) == ("int64", "int8")
    none, no_level = iso8601.pack([])
    assert len(none) == len(no_level) == 0


def converted(
    raw: str | None,
    *formats: str,
    time: str | None = None,
    time_formats: tuple[str, ...] = (),
    **options: Any,
) -> tuple[str | None, str | None]:
    """ISO text and problem of one raw value."""
    forms = tuple(iso8601.compile_format(text) for text in formats)
    times = tuple(iso8601.compile_format(text) for text in time_formats)
    values, problems = iso8601.to_iso8601(
        [raw], [time], iso8601.DateOptions(forms, times, **options)
    )
    return values[0], problems[0]


@pytest.mark.parametrize(
    ("form", "raw", "iso"),
    [
        ("dd-mon-yyyy", "15-MAR-2015", "2015-03-15"),
        ("DD-MON-YYYY", "5-mar-2015", "2015-03-05"),
        ("dd-mon-yyyy", " 05 - March - 2015 ", "2015-03-05"),
        ("dd-mon-yyyy", "05-Sept-2015", "2015-09-05"),
        ("dd-mon-yyyy", "05-Sep.-2015", "2015-09-05"),
        ("dd-mon-yyyy", "29-FEB-2000", "2000-02-29"),
        ("dd-mon-yyyy", "UN-MAR-2015", "2015-03"),
        ("dd-mon-yyyy", "unk-mar-2015", "2015-03"),
        ("dd-mon-yyyy", "--MAR-2015", "2015-03"),
        ("dd-mon-yyyy", "---MAR-2015", "2015-03"),
        ("dd-mon-yyyy", "-MAR-2015", "2015-03"),
        ("dd-mon-yyyy", "00-MAR-2015", "2015-03"),
        ("dd-mon-yyyy", "99-MAR-2015", "2015-03"),
        ("dd-mon-yyyy", "UN-UNK-2004", "2004"),
        ("dd-mon-yyyy", "ND-NA-2004", "2004"),
        ("dd-mon-yyyy", "??-???-2015", "2015"),
        ("dd-mon-yyyy", "XX-XXX-2015", "2015"),
        ("dd-mon-yyyy", "-------2015", "2015"),
        ("dd-mon-yyyy", "15-UNK-2003", "2003---15"),
        ("dd-mon-yyyy", "31-UNK-2003", "2003---31"),
        ("dd-mon-yyyy", "15-MAR-UNKN", "--03-15"),
        ("dd-mon-yyyy", "15-MAR-9999", "--03-15"),
        ("dd-mon-yyyy", "15-MAR-----", "--03-15"),
        ("dd-mon-yyyy", "29-FEB-UNKN", "--02-29"),
        ("dd-mon-yyyy", "UN-MAR-UNKN", "--03"),
        ("dd-mon-yyyy", "UN-UNK-UNKN", None),
        ("dd-mon-yyyy", "--", None),
        ("dd-mon-yyyy", "UNK", None),
        ("dd-mon-yyyy", "unknown", None),
        ("dd-mon-yyyy", "N/A", None),
        ("dd-mon-yyyy", ".", None),
        ("dd-mon-yyyy", "", None),
        ("dd-mon-yyyy", "  ", None),
        ("dd-mon-yyyy", "9999", None),
        ("dd-mon-yyyy", "2014", "2014"),
        ("dd-mon-yyyy", "2014-03", "2014-03"),
        ("dd-mon-yyyy", "MAR-2014", "2014-03"),
        ("dd-mon-yyyy", "UNK-2014", "2014"),
        ("mm/dd/yyyy", "01/02/2014", "2014-01-02"),
        ("mm/dd/yyyy", "1/2/2014", "2014-01-02"),
        ("mm/dd/yyyy", "12/25/2014", "2014-12-25"),
        ("mm/dd/yyyy", "99/99/2014", "2014"),
        ("mm/dd/yyyy", "3//2015", "2015-03"),
        ("mm/dd/yyyy", "/03/2015", "2015---03"),
        ("mm/dd/yyyy", "03/2014", "2014-03"),
        ("mm/dd/yyyy", "//2014", "2014"),
        ("dd/mm/yyyy", "1/2/2014", "2014-02-01"),
        ("dd/mm/yyyy", "15/03/", "--03-15"),
        ("yyyymmdd", "20140305", "2014-03-05"),
        ("yyyymmdd", "201403", "2014-03"),
        ("yyyymmdd", "2014", "2014"),
        ("yyyymmdd", "20140399", "2014-03"),
        ("yyyymmdd", "20140300", "2014-03"),
        ("yyyymmdd", "201403UN", "2014-03"),
        ("yyyymmdd", "201403--", "2014-03"),
        ("yyyymmdd", "2014UNUN", "2014"),
        ("yyyymmdd", "2014----", "2014"),
        ("yyyymmdd", "2014-03", "2014-03"),
        ("ddmonyyyy", "05MAR2014", "2014-03-05"),
        ("ddmonyyyy", "5MAR2014", "2014-03-05"),
        ("ddmonyyyy", "UNUNK2014", "2014"),
        ("ddmonyyyy", "UNKUNK2014", "2014"),
        ("ddmonyyyy", "--MAR2014", "2014-03"),
        ("ddmonyyyy", "MAR2014", "2014-03"),
        ("mon dd, yyyy", "March 5, 2014", "2014-03-05"),
        ("mon dd, yyyy", "March 2014", "2014-03"),
        ("mon-yyyy", "MAR-2014", "2014-03"),
        ("yyyy-mm-dd", "2014-3-5", "2014-03-05"),
        ("yyyy-mm-dd", "2014-03-", "2014-03"),
        ("yyyy-mm-dd 00:00:00", "2014-03-05 00:00:00", "2014-03-05"),
        ("yyyy-mm-ddThh:mm:ss", "2014-03-05t10:30:15", "2014-03-05T10:30:15"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 10:30", "2015-03-15T10:30"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015", "2015-03-15"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 UN:UN", "2015-03-15"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 --:--", "2015-03-15"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 10", "2015-03-15T10"),
        ("dd-mon-yyyy hh:mm", "UN-MAR-2015 10:30", "2015-03--T10:30"),
        ("dd-mon-yyyy hh24:mi", "15-MAR-2015 9:05", "2015-03-15T09:05"),
        ("hh:mm dd/mm/yyyy", "10:30 05/03/2014", "2014-03-05T10:30"),
        ("m/d/yyyy h:mm am", "3/5/2014 9:05 pm", "2014-03-05T21:05"),
    ],
)
def test_a_declared_format_reads_complete_partial_and_unknown_dates(
    form: str, raw: str, iso: str | None
) -> None:
    assert converted(raw, form) == (iso, None)


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("2014-03-05", "2014-03-05"),
        ("2014/3/5", "2014-03-05"),
        ("2014-03-05T10:30", "2014-03-05T10:30"),
        ("2014-03-05 10:30:15", "2014-03-05T10:30:15"),
        ("2014-03-05 10:30:15.250 Z", "2014-03-05T10:30:15.25Z"),
        ("2014-03-05 10:30:15,5", "2014-03-05T10:30:15.5"),
        ("2014-03-05 00:00:00.000", "2014-03-05T00:00:00"),
        ("2014-03-05T10:30+0100", "2014-03-05T10:30+01:00"),
        ("2014-03-05 10:30 utc", "2014-03-05T10:30Z"),
        ("2003---15", "2003---15"),
        ("--03-15", "--03-15"),
        ("--03", "--03"),
        ("-----T07:15", "-----T07:15"),
        ("2003-12--T13:15", "2003-12--T13:15"),
        ("2003-12-15T13:-:17", "2003-12-15T13:-:17"),
        ("2003-12-15T-:15", "2003-12-15T-:15"),
        ("01JAN2014", "2014-01-01"),
        ("01JAN2014:10:30:00", "2014-01-01T10:30:00"),
        ("15 March 2014", "2014-03-15"),
        ("15.Mar.2014", "2014-03-15"),
        ("15/MAR/2014", "2014-03-15"),
        ("March 5, 2014", "2014-03-05"),
        ("Mar 5 2014 3:05 pm", "2014-03-05T15:05"),
        ("2014MAR05", "2014-03-05"),
        ("20140305", "2014-03-05"),
        ("20140305T1030", "2014-03-05T10:30"),
        ("MAR2014", "2014-03"),
        ("UN UNK 2014", "2014"),
        ("2014-03-05 12:30 AM", "2014-03-05T00:30"),
        ("2014-03-05 12:30 p.m.", "2014-03-05T12:30"),
        ("2014-12-31 24:00", "2015-01-01T00:00"),
        ("2014-03\N{NO-BREAK SPACE}", "2014-03"),
        (None, None),
    ],
)
def test_without_a_format_what_cannot_be_misread_is_read(raw: str | None, iso: str | None) -> None:
    assert converted(raw) == (iso, None)


@pytest.mark.parametrize(
    ("form", "raw", "says"),
    [
        ("dd-mon-yyyy", "31-FEB-2015", "February 2015 has 28 days"),
        ("dd-mon-yyyy", "29-FEB-1900", "February 1900 has 28 days"),
        ("dd-mon-yyyy", "30-FEB-UNKN", "February has 29 days"),
        ("dd-mon-yyyy", "31-APR-2015", "April 2015 has 30 days"),
        ("dd-mon-yyyy", "32-UNK-2015", "no day 32"),
        ("dd-mon-yyyy", "15-MAR-0000", "no year 0000"),
        ("dd-mon-yyyy", "15-MRA-2015", "'MRA' is no English month name"),
        ("dd-mon-yyyy", "15-MAR-15", "form dd-mon-yyyy"),
        ("dd-mon-yyyy", "15/MAR/2015", "form dd-mon-yyyy"),
        ("dd-mon-yyyy", "15-MAR-2015 approx", "form dd-mon-yyyy"),
        ("dd-mon-yyyy", "15-2014", "form dd-mon-yyyy"),
        ("mm/dd/yyyy", "13/25/2014", "no month 13"),
        ("mm/dd/yyyy", "2014-03-05", "form mm/dd/yyyy"),
        ("yyyymmdd", "201435", "no month 35"),
        ("yyyymmdd", "2014035", "form yyyymmdd"),
        ("yyyymmdd", "2014-03-05", "form yyyymmdd"),
        ("ddmmyyyy", "5032014", "form ddmmyyyy"),
        ("dd-mon-yy", "15-MAR-03", "'pivot'"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 25:00", "no hour 25"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 24:30", "no hour 24"),
        ("dd-mon-yyyy hh:mm", "15-MAR-2015 23:60", "no minute 60"),
        ("dd-mon-yyyy hh:mm:ss", "15-MAR-2015 23:59:61", "no second 61"),
        ("dd-mon-yyyy hh:mm am", "15-MAR-2015 10:30", "form dd-mon-yyyy hh:mm am"),
        ("dd-mon-yyyy hh:mm am", "15-MAR-2015 13:30 PM", "no hour 13 PM"),
        ("dd-mon-yyyy hh:mm am", "15-MAR-2015 0:30 PM", "no hour 00 PM"),
        (None, "03/04/2014", "dd/mm/yyyy or mm/dd/yyyy"),
        (None, "25-12-2014", "ambiguous"),
        (None, "03.04.14", "ambiguous"),
        (None, "3/4/2014 10:30", "ambiguous"),
        (None, "15MAR14", "'pivot'"),
        ("ddmmyy", "99", "form ddmmyy"),
        (None, "05-2014", "name its form with 'format'"),
        (None, "021999", "name its form with 'format'"),
        (None, "03041999", "no month 19"),
        (None, "garbage", "name its form with 'format'"),
        (None, "10:30", "name its form with 'format'"),
        (None, "2014-13-01", "no month 13"),
        (None, "2014-03-05T10:30+19:00", "name its form"),
        (None, "9" * 5000, "9..."),
    ],
)
def test_what_is_no_possible_date_has_no_value_and_says_why(
    form: str | None, raw: str, says: str
) -> None:
    value, problem = converted(raw, *[form] if form else [])
    assert value is None
    assert problem is not None
    assert says in problem
    assert problem.startswith(f"'{raw[:60]}")
    assert len(problem) < 300


@pytest.mark.parametrize(
    ("raw", "time", "iso"),
    [
        ("31DEC2014", "10:30", "2014-12-31T10:30"),
        ("31DEC2014", "9:05", "2014-12-31T09:05"),
        ("31DEC2014", "1030", "2014-12-31T10:30"),
        ("31DEC2014", "103015", "2014-12-31T10:30:15"),
        ("31DEC2014", "T10:30", "2014-12-31T10:30"),
        ("31DEC2014", "10:30:15.5", "2014-12-31T10:30:15.5"),
        ("31DEC2014", "10:30Z", "2014-12-31T10:30Z"),
        ("31DEC2014", "14", "2014-12-31T14"),
        ("31DEC2014", "10:UN", "2014-12-31T10"),
        ("31DEC2014", "10:99", "2014-12-31T10"),
        ("31DEC2014", "99:99", "2014-12-31"),
        ("31DEC2014", "UN:UN", "2014-12-31"),
        ("31DEC2014", "--:--", "2014-12-31"),
        ("31DEC2014", "UNK", "2014-12-31"),
        ("31DEC2014", "", "2014-12-31"),
        ("31DEC2014", None, "2014-12-31"),
        ("31DEC2014", "-:15", "2014-12-31T-:15"),
        ("31DEC2014", "2 pm", "2014-12-31T14"),
        ("31DEC2014", "12:00 am", "2014-12-31T00:00"),
        ("31DEC2014", "12:00 PM", "2014-12-31T12:00"),
        ("31DEC2014", "00:00", "2014-12-31T00:00"),
        ("31DEC2014", "24:00", "2015-01-01T00:00"),
        ("28FEB2015", "24:00:00", "2015-03-01T00:00:00"),
        ("UN-FEB-2015", "24:00", "2015-02--T24:00"),
        ("UN-FEB-2015", "10:30", "2015-02--T10:30"),
        ("UN-UNK-2015", "10:30", "2015----T10:30"),
        (None, "10:30", "-----T10:30"),
        ("UNK", "UNK", None),
        ("2014-01-05T00:00:00", "10:30", "2014-01-05T10:30"),
        ("2014-01-05T10:30:00", "10:30", "2014-01-05T10:30"),
        ("2014-01-05T10:30", "", "2014-01-05T10:30"),
    ],
)
def test_the_time_of_another_column_joins_the_date(
    raw: str | None, time: str | None, iso: str | None
) -> None:
    assert converted(raw, time=time) == (iso, None)


@pytest.mark.parametrize(
    ("raw", "time", "says"),
    [
        ("31DEC2014", "25:00", "'25:00' is not possible: there is no hour 25"),
        ("31DEC2014", "930", "'930' does not have the form hh:mm:ss or hhmm"),
        ("31DEC2014", "14-05", "'14-05' does not have the form"),
        ("31FEB2014", "10:30", "February 2014 has 28 days"),
        ("2014-01-05T09:00", "10:30", "two different times"),
    ],
)
def test_a_wrong_time_leaves_no_date_behind(raw: str, time: str, says: str) -> None:
    value, problem = converted(raw, time=time)
    assert value is None
    assert says in str(problem)


@pytest.mark.parametrize(
    ("form", "time", "iso"),
    [
        ("hh.mm", "10.30", "2014-12-31T10:30"),
        ("hh:mm", "14:", "2014-12-31T14"),
        ("hh:mm", "14:UN +01:00", "2014-12-31T14+01:00"),
        ("hhmm", "0930", "2014-12-31T09:30"),
        ("hhmm", "09UN", "2014-12-31T09"),
        ("hh:mm am", "2:30 P.M.", "2014-12-31T14:30"),
        ("hh:mm am", "2:30PM", "2014-12-31T14:30"),
        ("hh:mi:ss", "10:30:UN", "2014-12-31T10:30"),
    ],
)
def test_a_time_format_is_declared_like_a_date_format(form: str, time: str, iso: str) -> None:
    assert converted("31DEC2014", time=time, time_formats=(form,)) == (iso, None)


def test_a_pivot_gives_two_digit_years_their_century() -> None:
    for year, full in [("00", "2000"), ("30", "2030"), ("31", "1931"), ("99", "1999")]:
        assert converted(f"15-MAR-{year}", "dd-mon-yy", pivot=30) == (f"{full}-03-15", None)
    assert converted("1/2/14", "m/d/y", pivot=30) == ("2014-01-02", None)
    assert converted("1/2/2014", "m/d/y") == ("2014-01-02", None)
    assert converted("15MAR14", pivot=30) == ("2014-03-15", None)


def test_a_date_cut_short_has_a_year_of_four_digits() -> None:
    assert converted("2014", "ddmmyy", pivot=30) == ("2014", None)
    assert converted("9999", "ddmmyy", pivot=30) == (None, None)
    assert converted("MAR-2014", "dd-mon-yy", pivot=30) == ("2014-03", None)
    assert converted("MAR-14", "dd-mon-yy", pivot=30)[1] is not None
    assert converted("JAN31", pivot=30)[1] is not None


def test_an_impossible_value_does_not_pass_for_one_cut_short() -> None:
    assert converted("011914", "ddmmyy", pivot=30)[1] == (
        "'011914' is not possible: there is no month 19"
    )


def test_listed_words_and_numbers_are_unknown_too() -> None:
    assert converted("88-MAR-2015", "dd-mon-yyyy", unknown=("88",)) == ("2015-03", None)
    assert converted("inc-inc-2015", "dd-mon-yyyy", unknown=("INC",)) == ("2015", None)
    assert converted("15-MAR-99", "dd-mon-yy", pivot=30, unknown=("99",)) == ("--03-15", None)
    assert converted("Não sabe", "dd-mon-yyyy", unknown=("não sabe",)) == (None, None)
    assert converted("a.c-MAR-2015", "dd-mon-yyyy", unknown=("abc", "a.c")) == ("2015-03", None)
    assert converted("inc-MAR-2015", "dd-mon-yyyy")[1] is not None


def test_the_time_zone_is_added_only_where_a_time_has_none() -> None:
    assert converted("31DEC2014", time="10:30", timezone="+01:00")[0] == "2014-12-31T10:30+01:00"
    assert converted("31DEC2014", time="10:30Z", timezone="+01:00")[0] == "2014-12-31T10:30Z"
    assert converted("31DEC2014", timezone="+01:00")[0] == "2014-12-31"


def test_the_first_format_that_gives_a_possible_date_counts() -> None:
    both = ("mm/dd/yyyy", "dd/mm/yyyy")
    assert converted("03/04/2014", *both) == ("2014-03-04", None)
    assert converted("25/03/2014", *both) == ("2014-03-25", None)
    assert converted("25/13/2014", *both)[1] == (
        "'25/13/2014' is not possible: there is no month 25"
    )
    # A whole value of any format comes before one cut short of another.
    assert converted("201203", "yyyymmdd", "yymmdd", pivot=30) == ("2020-12-03", None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("dd-mom-yyyy", "'mom' is not known (did you mean"),
        ("yyyy-mm-dd qq", "'qq' is not known; a format is made of"),
        ("dd#mm#yyyy", "'#' is not known"),
        ("mm/mm/yyyy", "the month stands twice (minutes are 'mi'"),
        ("dmy", "'dm' can be read in several ways"),
        ("dd-yyyy", "'day' needs a part for the month"),
        ("dd-mon", "'month' needs a part for the year"),
        ("mm:ss", "needs a part for the"),
        ("yyyy am", "AM or PM needs a part for the hour"),
        ("dd hh mon yyyy", "mixed"),
        ("", "no part of a date"),
        ("--", "no part of a date"),
    ],
)
def test_a_wrong_format_is_refused_in_words(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="date format") as error:
        iso8601.compile_format(text)
    assert says in str(error.value)


def test_wrong_options_are_refused() -> None:
    with pytest.raises(ValueError, match="pivot 2000"):
        iso8601.DateOptions(pivot=2000)
    with pytest.raises(ValueError, match=r"timezone '\+1'"):
        iso8601.DateOptions(timezone="+1")


def test_a_format_knows_whether_it_has_a_date_and_a_time() -> None:
    known = [
        (form.has_date, form.has_time)
        for form in map(iso8601.compile_format, ("yyyy", "hh:mm", "dd-mon-yyyy hh:mm"))
    ]
    assert known == [(True, False), (False, True), (True, True)]


MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
PRINTED = {
    "dd-mon-yyyy": "{d:02}-{b}-{y:04}",
    "d mon yyyy": "{d} {b} {y:04}",
    "ddmonyyyy": "{d:02}{b}{y:04}",
    "mm/dd/yyyy": "{m:02}/{d:02}/{y:04}",
    "m/d/y": "{m}/{d}/{y:04}",
    "dd.mm.yyyy": "{d:02}.{m:02}.{y:04}",
    "ddmmyyyy": "{d:02}{m:02}{y:04}",
    "yyyymmdd": "{y:04}{m:02}{d:02}",
    "yyyy-mm-dd": "{y:04}-{m:02}-{d:02}",
    "yyyy/d/m": "{y:04}/{d}/{m}",
    "mon dd, yyyy": "{b} {d:02}, {y:04}",
}
CLOCKS = {
    "": ("", ""),
    " hh:mm": (" {H:02}:{M:02}", "T{H:02}:{M:02}"),
    "Thh:mm:ss": ("T{H:02}:{M:02}:{S:02}", "T{H:02}:{M:02}:{S:02}"),
    ":hh:mm:ss": (":{H:02}:{M:02}:{S:02}", "T{H:02}:{M:02}:{S:02}"),
    " hhmm": (" {H:02}{M:02}", "T{H:02}:{M:02}"),
    " h:mm am": (" {I}:{M:02} {p}", "T{H:02}:{M:02}"),
}


@given(
    # 9999 says that the year is unknown.
    st.datetimes(datetime(1, 1, 1), datetime(9998, 12, 31)),
    st.sampled_from(sorted(PRINTED)),
    st.sampled_from(sorted(CLOCKS)),
    st.booleans(),
)
def test_any_moment_printed_in_any_format_comes_back(
    moment: datetime, form: str, clock: str, upper: bool
) -> None:
    parts = {
        "y": moment.year,
        "m": moment.month,
        "d": moment.day,
        "b": MONTHS[moment.month - 1],
        "H": moment.hour,
        "M": moment.minute,
        "S": moment.second,
        "I": moment.hour % 12 or 12,
        "p": "pm" if moment.hour >= 12 else "am",
    }
    raw = (PRINTED[form] + CLOCKS[clock][0]).format(**parts)
    iso = ("{y:04}-{m:02}-{d:02}" + CLOCKS[clock][1]).format(**parts)
    assert converted(raw.upper() if upper else raw, form + clock) == (iso, None)
    assert iso8601.is_valid([iso]).all()


@given(st.lists(st.text("0123456789-T:Z/+PYMDH", max_size=20)))
def test_valid_texts_are_those_that_have_a_kind(values: list[str]) -> None:
    kinds = iso8601.kinds(values)
    dated = {"date", "datetime", "partialDate", "partialDatetime", "incompleteDatetime"}
    assert iso8601.is_valid(values).tolist() == [kind in dated for kind in kinds]


EVERY_FORM = [None, *PRINTED, "dd-mon-yy", "yyyy-mm-dd hh:mm", "hh:mm:ss am dd-mon-yyyy", "mmyyyy"]
NOISE = st.text("0123459 -/.:?TXUNKMARjan+Z,\n", max_size=16) | st.text(max_size=8)


@given(NOISE, st.none() | NOISE, st.sampled_from(EVERY_FORM), st.sampled_from([None, 30]))
def test_whatever_the_text_it_is_valid_or_missing_or_a_problem(
    raw: str, time: str | None, form: str | None, pivot: int | None
) -> None:
    value, problem = converted(raw, *[form] if form else [], time=time, pivot=pivot)
    if value is not None:
        assert problem is None
        assert iso8601.is_valid([value]).all()
        # ISO 8601 is read as itself.
        assert converted(value) == (value, None)
    elif problem is not None:
        assert problem.startswith("'")


@given(st.lists(NOISE))
def test_texts_are_packed_and_judged_without_error(values: list[str]) -> None:
    packed, precision = iso8601.pack(values)
    assert ((packed == 0) == (precision == 0)).all()
    assert not (iso8601.is_valid(values) < (precision > 0)).any()
    iso8601.data_type(values)


@given(st.datetimes(), st.datetimes())
def test_packed_values_stand_in_order_of_time(one: datetime, two: datetime) -> None:
    packed, _ = iso8601.pack([one.isoformat(), two.isoformat()])
    first, second = one.replace(microsecond=0), two.replace(microsecond=0)
    assert (packed[0] < packed[1]) == (first < second)


@given(st.lists(st.tuples(st.dates() | st.none(), st.dates() | st.none()), max_size=8))
def test_study_day_and_days_agree_with_the_calendar(pairs: list[tuple[Any, Any]]) -> None:
    dtc = columns.text([None if one is None else one.isoformat() for one, _ in pairs])
    ref = columns.text([None if two is None else f"{two.isoformat()}T23:59" for _, two in pairs])
    expected = [
        None if one is None or two is None else (one - two).days + ((one - two).days >= 0)
        for one, two in pairs
    ]
    found = iso8601.study_day(dtc, ref)
    assert found.dtype == np.float64
    assert [None if number != number else int(number) for number in found] == expected
    assert columns.to_list(iso8601.from_days(iso8601.to_days(dtc))) == columns.to_list(dtc)


def column(*values: str | None) -> pd.Series:
    return columns.text(values)


def test_there_is_no_study_day_zero_and_partial_dates_have_none() -> None:
    dtc = column("2014-01-02", "2014-01-01", "2013-12-31", "2014-01", None, "2014-01-03T10:00")
    ref = column(*["2014-01-01T09:00"] * 6)
    assert iso8601.study_day(dtc, ref).tolist()[:3] == [2, 1, -1]
    assert iso8601.study_day(dtc, ref).isna().tolist() == [False] * 3 + [True] * 2 + [False]
    assert iso8601.study_day(ref, column(*["2014---01"] * 6)).isna().all()


def test_the_result_keeps_the_index_and_does_not_depend_on_the_encoding() -> None:
    dtc = pd.Series(["2014-01-02", None, "2014"], index=[7, 8, 9], dtype="str")
    ref = pd.Series(["2014-01-01"] * 3, index=[7, 8, 9], dtype="category")
    found = iso8601.study_day(dtc, ref)
    assert found.index.tolist() == [7, 8, 9]
    assert found.fillna(0).tolist() == [2, 0, 0]
    assert iso8601.study_day(column(), column()).tolist() == []


def test_sas_dates_count_from_1960() -> None:
    values = column("1960-01-01", "1959-12-31", "2014-03-05T10:30:15", "2014-03", "0001-01-01")
    days = iso8601.to_days(values)
    assert days.fillna(0.5).tolist() == [0, -1, 19787, 0.5, -715509]
    seconds = iso8601.to_seconds(values)
    assert seconds.isna().tolist() == [True, True, False, True, True]
    assert seconds[2] == (datetime(2014, 3, 5, 10, 30, 15) - datetime(1960, 1, 1)).total_seconds()
    texts = iso8601.from_days(pd.Series([0, -1, 19787.9, np.nan, -715510, np.inf]))
    assert columns.to_list(texts) == ["1960-01-01", "1959-12-31", "2014-03-05", None, None, None]


def test_days_are_added_to_complete_dates_only() -> None:
    dtc = column("2016-02-28", "2016-12-31T10:00", "2016", None)
    assert columns.to_list(iso8601.add_days(dtc, 2)) == ["2016-03-01", "2017-01-02", None, None]
    numbers = pd.Series([-28.0, np.nan, 1, 1])
    assert columns.to_list(iso8601.add_days(dtc, numbers)) == ["2016-01-31", None, None, None]


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2014-01-01", "2014-01-11", "P10D"),
        ("2014-01-11", "2014-01-08", "-P3D"),
        ("2014-01-01", "2014-01-01", "P0D"),
        ("2014-01-01T08:00", "2014-01-01T12:30", "PT4H30M"),
        ("2014-01-01T08:00", "2014-01-02T08:00", "P1D"),
        ("2014-01-01T08:00", "2014-01-02T07:59", "PT23H59M"),
        ("2014-01-01T08:00", "2014-01-03T09:00", "P2DT1H"),
        ("2014-01-01T08:00", "2014-01-01T08:00:45", "PT0M"),
        ("2014-01-01T08:00:15", "2014-01-01T08:01:20", "PT1M5S"),
        ("2014-01-01T08:00:15", "2014-01-01T08:00:15", "PT0S"),
        ("2014-01-01T08", "2014-01-01T09:59", "PT1H"),
        ("2014-01-01T23:00", "2014-01-02", "P1D"),
        ("2014-01", "2014-01-11", None),
        (None, "2014-01-11", None),
    ],
)
def test_a_duration_is_as_exact_as_the_less_exact_of_the_two(
    start: str | None, end: str | None, text: str | None
) -> None:
    found = columns.to_list(iso8601.duration(column(start), column(end)))
    assert found == [text]
    assert text is None or iso8601.is_valid([text], allow_duration=True).all()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("2014", "partialDate"),
        ("2014-03", "partialDate"),
        ("2014-03-05", "date"),
        ("2014-03-05T10", "partialDatetime"),
        ("2014-03-05T10:30", "partialDatetime"),
        ("2014-03-05T24:00", "partialDatetime"),
        ("2014-03-05T10:30Z", "partialDatetime"),
        ("2014-03-05T10:30:15", "datetime"),
        ("2014-03-05T10:30:15.5-05:00", "datetime"),
        ("2003---15", "incompleteDatetime"),
        ("2003---15T10Z", "incompleteDatetime"),
        ("--03-15", "incompleteDatetime"),
        ("-----T07:15", "incompleteDatetime"),
        ("2003-12-15T-:15Z", "incompleteDatetime"),
        ("10:30", "partialTime"),
        ("10:30:15", "time"),
        ("24:00:00", "time"),
        ("P3DT4H", "durationDatetime"),
        ("P2W", "durationDatetime"),
        ("P0.5W", "durationDatetime"),
        ("-PT15M", "durationDatetime"),
        ("P1Y2M3DT4H5M6.7S", "durationDatetime"),
        ("2014-03-05/2014-03-07", "intervalDatetime"),
        ("2014-03-05T10:30/PT2H", "intervalDatetime"),
        ("P2D/2014", "intervalDatetime"),
        ("", ""),
        ("-", ""),
        ("----", ""),
        ("2014-", ""),
        ("2014-02-30", ""),
        ("--02-30", ""),
        ("2014-03-05T", ""),
        ("2014-03-05 10:30", ""),
        ("2014-03-05T24:30", ""),
        ("20140305", ""),
        ("25:00", ""),
        ("P", ""),
        ("PT", ""),
        ("P1YT", ""),
        ("P1W2D", ""),
        ("P1.5Y2M", ""),
        ("P1M1Y", ""),
        ("P1H", ""),
        ("3D", ""),
        ("P3D\n", ""),
        ("P1D/P2D", ""),
        ("2014/2015/2016", ""),
        ("2014/", ""),
        ("2014-03-05/10:30", ""),
    ],
)
def test_each_text_has_the_data_type_of_define_xml(text: str, kind: str) -> None:
    assert iso8601.kinds([text]) == [kind]
    interval, duration = kind == "intervalDatetime", kind == "durationDatetime"
    time = kind in ("time", "partialTime")
    assert iso8601.is_valid([text]).tolist() == [
        bool(kind) and not interval and not duration and not time
    ]
    assert iso8601.is_valid([text], allow_interval=True).tolist() == [
        bool(kind) and not duration and not time
    ]
    assert iso8601.is_valid([text], allow_duration=True).tolist() == [
        bool(kind) and not interval and not time
    ]


@pytest.mark.parametrize(
    ("texts", "data_type"),
    [
        ([], "datetime"),
        (["2014-03-05"], "date"),
        (["2014-03-05", "2014"], "partialDate"),
        (["2014-03-05", "2014-03-05T10:30:00"], "partialDatetime"),
        (["2014-03-05T10:30:00", "2014-03-05T10:30:01"], "datetime"),
        (["2014-03-05T10:30:00", "2014-03-05T10:30"], "partialDatetime"),
        (["2014-03-05", "2003---15"], "incompleteDatetime"),
        (["2014-03-05", "2014-03-05/2014-03-06"], "intervalDatetime"),
        (["P1D", "PT1H"], "durationDatetime"),
        (["P1D", "2014"], "text"),
        (["10:30", "10:30:00"], "partialTime"),
        (["10:30", "2014"], "text"),
        (["2014", "unknown"], "text"),
        (["unknown"], "text"),
    ],
)
def test_a_variable_has_the_narrowest_data_type_of_its_values(
    texts: list[str], data_type: str
) -> None:
    assert iso8601.data_type(texts) == data_type


def test_the_raw_dates_of_the_pilot_study_become_its_sdtm_dates() -> None:
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "cdiscpilot01"
    if not folder.is_dir():
        pytest.skip("the pilot study's raw data are not here")
    for raw_file, column_name, form, sdtm_file, variable in (
        ("ae_raw.csv", "IT.AESTDAT", "mm/dd/yyyy", "ae.csv", "AESTDTC"),
        ("ae_raw.csv", "IT.AEENDAT", "mm/dd/yyyy", "ae.csv", "AEENDTC"),
        ("ec_raw.csv", "IT.ECSTDAT", "dd-mon-yyyy", "ex.csv", "EXSTDTC"),
        ("ec_raw.csv", "IT.ECENDAT", "dd-mon-yyyy", "ex.csv", "EXENDTC"),
    ):
        raw = pd.read_csv(folder / "raw" / raw_file, dtype="str")[column_name].dropna()
        sdtm = pd.read_csv(folder / "sdtm" / sdtm_file, dtype="str")[variable].dropna()
        options = iso8601.DateOptions((iso8601.compile_format(form),))
        values, problems = iso8601.to_iso8601(raw.tolist(), None, options)
        assert not any(problems)
        # The raw data lack the dates that are known to the month.
        assert sorted(map(str, values)) == sorted(text for text in sdtm if len(text) != 7)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-01-09", "2026-01-10", "before"),
        ("2026-01-10", "2026-01-10T08:00", "same"),
        ("2026-01-10T08:00", "2026-01-10T08:00:30", "same"),
        ("2026-01-10T08:01", "2026-01-10T08:00:30", "after"),
        ("2026-01", "2026-02-01", "before"),
        ("2026-01", "2026-01-10", "unknown"),
        ("2026", "2026", "unknown"),
        ("2026---10", "2026-01-10", "unknown"),
        ("no date", "2026-01-10", "unknown"),
        (None, "2026-01-10", "unknown"),
    ],
)
def test_two_dates_are_compared_to_the_precision_that_both_have(
    one: str | None, other: str | None, expected: str
) -> None:
    words = ["before", "same", "after", "unknown"]
    dates = [iso8601.pack_column(columns.text([text])) for text in (one, other)]
    assert words[iso8601.compare(*dates)[0]] == expected
    mirrored = {"before": "after", "after": "before"}
    assert words[iso8601.compare(*dates[::-1])[0]] == mirrored.get(expected, expected)


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        ("2023-02", "last", "2023-02-28"),
        ("2024-02", "last", "2024-02-29"),
        ("1900-02", "last", "1900-02-28"),
        ("2000-02", "last", "2000-02-29"),
        ("2023-12", "last", "2023-12-31"),
        ("9999-12", "last", "9999-12-31"),
        ("2023", "first", "2023-01-01"),
        ("2023", "last", "2023-12-31"),
        ("2023", "mid", "2023-06-30"),
        ("2023-04", "mid", "2023-04-15"),
        ("2023", "04-31", "2023-04-30"),
        ("2023-05-06T07:08", "last", "2023-05-06"),
        ("2023---06", "first", "2023-01-01"),
        ("--05-06", "first", None),
        ("none", "first", None),
    ],
)
def test_a_partial_date_is_completed_by_a_day_of_the_calendar(text, how, expected) -> None:
    number = iso8601.impute([text], how).day
    assert columns.to_list(iso8601.from_days(pd.Series(number))) == [expected]


@given(st.dates(), st.sampled_from([4, 7, 10]), st.sampled_from(["mid", "06-15", "12-31"]))
def test_an_imputed_day_is_one_that_the_text_may_mean(day, width, how) -> None:
    text = day.isoformat()[:width]
    first, last = iso8601.impute([text], how).days
    assert first <= iso8601.days([day.isoformat()]) <= last
    assert first <= iso8601.impute([text], how).day <= last
    assert columns.to_list(iso8601.from_days(pd.Series(last)))[0].startswith(text)


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),
    st.sampled_from([4, 7, 10, 13, 16, 19]),
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)),
    st.booleans(),
)
def test_a_bounded_moment_is_one_that_the_text_may_mean(moment, width, other, before) -> None:
    """And it keeps to the bound wherever one that the text may mean does."""
    text = moment.replace(microsecond=0).isoformat()[:width]
    bound = iso8601.seconds([other.isoformat()[:19]])
    how = "first" if before else "last"
    found = iso8601.impute([text], how, how)
    first, last = (iso8601.impute([text], end, end).moment for end in ("first", "last"))
    result = found.bounded(found.moment, bound, before=before)
    assert first <= result <= last
    if (last if before else -first) >= (bound if before else -bound):
        assert (result - bound) * (1 if before else -1) >= 0


@given(st.integers(1990, 2030), st.integers(1, 31), st.dates(date(1989, 1, 1), date(2031, 1, 1)))
def test_a_kept_day_is_the_nearest_of_the_year_within_the_bound(year, day, other) -> None:
    found = iso8601.impute([f"{year}---{day:02}"], preserve=True).whole_days()
    possible = [d for n in range(366) if (d := date(year, 1, 1) + timedelta(n)).year == year]
    possible = [d for d in possible if d.day == day]
    wanted = min((d for d in possible if d >= other), default=possible[0])
    bound = iso8601.days([other.isoformat()]) * 86400
    result = found.bounded(found.moment, bound, before=True)
    assert result == iso8601.days([wanted.isoformat()]) * 86400
