"""What a computed number was computed from: carried by whatever prints it, told where a reader asks for it.

Written where the number is computed and its operands are known to be publishable; a page repeats the words
and computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Protocol

from gongbao.present.asking import computed_ref


@dataclass(frozen=True, slots=True)
class Basis:
    """`ref` names it on its page (`asking.computed_ref`), `title` and `shown` are the number's. `formula` says
    in words how it is computed, `counted` the same with the numbers, `scope` what was counted and left out,
    `data` in which sheet and rows the operands stand, `rule` which document prescribes it, `source` the
    documents that the operands are from. `indicator_id`, `statistic`, `stage`: whose definition and target it
    is judged by, "" for none.
    """

    ref: str
    title: str
    shown: str
    formula: str = ""
    counted: str = ""
    scope: str = ""
    data: str = ""
    rule: str = ""
    source: str = ""
    indicator_id: str = ""
    statistic: str = ""
    stage: str = ""

    def content(self) -> dict[str, str]:
        """What is said; nothing for what isn't."""
        return {name: text for name, text in asdict(self).items() if text}

    @classmethod
    def from_content(cls, content: Mapping[str, str] | None) -> Basis | None:
        return cls(**{"title": "", "shown": "", **content}) if content else None


class Computed(Protocol):
    """A number that is printed: submitted (`ref`), computed (`basis`) or neither."""

    @property
    def ref(self) -> str: ...
    @property
    def basis(self) -> Basis | None: ...


def entry_of(shown: Computed) -> str:
    """The name of the entry that a printed number leads to, "" if it leads nowhere."""
    return shown.ref or (shown.basis.ref if shown.basis else "")


def bases_of(shown: Iterable[Computed]) -> tuple[Basis, ...]:
    """The bases of some printed numbers, each once."""
    return tuple({s.basis.ref: s.basis for s in shown if s.basis and not s.ref}.values())


def read_bases(contents: Iterable[Mapping[str, str]]) -> tuple[Basis, ...]:
    """The bases whose `content` is given."""
    return tuple(basis for content in contents if (basis := Basis.from_content(content)))


def basis_of(key: Iterable[str], title: str, shown: str, **said: str) -> Basis:
    """The basis of the number that `key` names: unlike any other computed number of its county and year."""
    return Basis(computed_ref(*key), title, shown, **said)
