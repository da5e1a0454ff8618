"""ISO 8601 dates, times and durations as SDTM writes them (SDTMIG 4.4)."""

from __future__ import annotations

from converters.iso8601.packed import pack

__all__ = ["pack"]
