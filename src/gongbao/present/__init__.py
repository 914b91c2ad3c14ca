"""How a number is shown: values, tables and charts -> Figure, Table, Sentence, Verdict, Fact, Point.

May know how things look and read; may not compute a statistic, open a file of data or write a page.
Each of the objects is what a notebook displays: it carries an own MIME type that the site reads
back (`read_display`), beside representations for JupyterLab.
"""

from gongbao.present.basis import Basis, basis_of
from gongbao.present.display import MIME, read_display
from gongbao.present.figure import Figure
from gongbao.present.numbers import Number, against, change, half_up, plain, written_decimals
from gongbao.present.points import Point, Points
from gongbao.present.sentence import Sentence
from gongbao.present.table import Cell, Column, Table
from gongbao.present.verdict import Fact, Facts, Verdict, Verdicts

__all__ = [
    "MIME",
    "Basis",
    "Cell",
    "Column",
    "Fact",
    "Facts",
    "Figure",
    "Number",
    "Point",
    "Points",
    "Sentence",
    "Table",
    "Verdict",
    "Verdicts",
    "against",
    "basis_of",
    "change",
    "half_up",
    "plain",
    "read_display",
    "written_decimals",
]
