"""What holds for all tests: the user's own data folder is no part of them."""

import os
from pathlib import Path

# At import, since some modules load the terminology while they are collected.
os.environ["CDISC_CONVERTERS_DATA"] = str(Path(__file__).parent / "no-such-folder")
