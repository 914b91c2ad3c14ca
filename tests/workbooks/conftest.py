"""Lets the tests here import `running`, which is also a program that they start."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
