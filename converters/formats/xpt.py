"""SAS transport files (XPORT): the public names of reading and writing them."""

from converters.formats.ibm_float import missing_letter, special_missing
from converters.formats.xpt_layout import XptHeader, XptStamp, XptVariable
from converters.formats.xpt_read import XptMember, read_member, read_members, read_xpt
from converters.formats.xpt_write import XptWriter, write_xpt

__all__ = [
    "XptHeader",
    "XptMember",
    "XptStamp",
    "XptVariable",
    "XptWriter",
    "missing_letter",
    "read_member",
    "read_members",
    "read_xpt",
    "special_missing",
    "write_xpt",
]
