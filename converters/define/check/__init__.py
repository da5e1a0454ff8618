"""What is wrong with a define.xml: its own semantics, and against the data that it describes."""

from __future__ import annotations
