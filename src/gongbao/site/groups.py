"""Regions in groups, so that no page grows with the number of counties.

A group is a region with the counties below it, by the parent that the region list names, never by a prefix
of the code. A publication of at most GROUP counties is one group. In a larger one the root lists groups,
these list theirs, until a group has few enough counties to be listed, compared and tabulated on one page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from gongbao.rows import row_dicts

if TYPE_CHECKING:
    from gongbao.site.catalogue import Catalogue

GROUP = 120  # counties, or groups, of one page
ROOT = ""  # the code of the group that holds all
Item = TypeVar("Item")
OTHER, OTHER_NAME = "other", "其他地区"  # counties above which the region list names nothing


@dataclass(frozen=True, slots=True)
class Group:
    """A region with the counties below it.

    `code` is part of addresses: ROOT, a region's code, OTHER, or a code with “-” where a page had to be
    divided. `regions`: codes of all counties below, real places first, by code. `groups`: what it lists;
    empty for a leaf, which lists its counties. `above`: (code, name) of the groups that lead to it, the
    highest first, without the root.
    """

    code: str
    name: str
    regions: tuple[str, ...]
    groups: tuple[Group, ...] = ()
    above: tuple[tuple[str, str], ...] = ()

    @property
    def leaf(self) -> bool:
        return not self.groups

    @property
    def trail(self) -> tuple[tuple[str, str], ...]:
        """The way down to this group, itself included: (code, name) of each; empty for the root."""
        return self.above if self.code == ROOT else (*self.above, (self.code, self.name))


WHOLE = Group(ROOT, "全部地区", ())  # for pages of places that stand in no group but the root


def group_places(catalogue: Catalogue, limit: int = GROUP) -> Group:
    """The root of the publication's groups. A county stands below the parent that it has in the last year in
    which it has a report."""
    rows: dict[str, list[Mapping[Any, Any]]] = {}
    for row in row_dicts(catalogue.dataset.table("regions")):
        rows.setdefault(str(row["region_code"]), []).append(row)
    last: dict[str, int] = {}
    for year in catalogue.years:  # the latest first
        for code in catalogue.regions(year):
            last.setdefault(code, year)

    def region(code: str, year: int) -> Mapping[Any, Any] | None:
        found = rows.get(code, [])
        valid = [r for r in found if not r["valid_from"] > year and not r["valid_to"] < year]
        return (valid or found)[-1] if found else None

    def above(code: str) -> list[str]:
        year, chain = last[code], [code]
        while (here := region(chain[-1], year)) is not None:
            parent = here["parent_code"]
            if not isinstance(parent, str) or parent not in rows or parent in chain:
                break
            chain.append(parent)
        return chain[1:]

    def name(code: str) -> str:
        here = region(code, last.get(code, catalogue.years[0]))
        return str(here["region_name"]) if here else code

    return make_groups(last, above, name, limit)


def leaves(group: Group) -> Iterator[Group]:
    """The groups that list counties, in order."""
    if group.leaf:
        yield group
    for each in group.groups:
        yield from leaves(each)


def inner(group: Group) -> Iterator[Group]:
    """The groups that list groups, those above before those below."""
    if not group.leaf:
        yield group
    for each in group.groups:
        yield from inner(each)


def leaf_of(root: Group) -> dict[str, Group]:
    """County -> the leaf that lists it."""
    return {code: leaf for leaf in leaves(root) for code in leaf.regions}


# --- making them -------------------------------------------------------------------------------------


@dataclass
class _Node:
    """A region on the way: counties directly below it, regions below it."""

    code: str
    places: list[str] = field(default_factory=list)
    below: dict[str, _Node] = field(default_factory=dict)

    def all(self) -> list[str]:
        return [*self.places, *(code for node in self.below.values() for code in node.all())]


def make_groups(
    codes: Iterable[str],
    above: Callable[[str], Sequence[str]],
    name: Callable[[str], str],
    limit: int = GROUP,
) -> Group:
    """The root of the groups of these counties, at most `limit` of anything on a page.

    `above(code)`: the regions above a county, the nearest first; empty where none is known. Raises
    ValueError for a limit below 2, with which nothing could be divided.
    """
    if limit < 2:
        raise ValueError("a page must be able to hold two places")
    counties = sorted(set(codes), key=in_order)
    chains = {code: list(above(code)) for code in counties}
    parents = {code for chain in chains.values() for code in chain}
    root = _Node(ROOT)
    for code in counties:
        chain = [code, *chains[code]] if code in parents else chains[code] or [OTHER]
        node = root
        for step in reversed(chain):
            node = node.below.setdefault(step, _Node(step))
        node.places.append(code)
    places = set(counties)

    def named(code: str) -> str:
        return {OTHER: OTHER_NAME, ROOT: WHOLE.name}.get(code) or name(code)

    def made(node: _Node) -> Group:
        code = f"{node.code}-all" if node.code in places else node.code  # its own page has the address
        title, found = named(node.code), tuple(sorted(node.all(), key=in_order))
        if len(found) <= limit:
            return Group(code, title, found)
        while len(node.below) == 1 and not node.places:
            (node,) = node.below.values()
            title = named(node.code) if code == ROOT else title
        prefix = code or "all"
        lists = list(_chunks(sorted(node.places, key=in_order), limit))
        groups = [made(child) for child in node.below.values()]
        groups += [
            Group(f"{prefix}-{number}", f"{title}直属", part)
            if groups and len(lists) == 1
            else Group(f"{prefix}-{number}", _from_to(name(part[0]), name(part[-1])), part)
            for number, part in enumerate(lists, start=1)
        ]
        groups.sort(key=_group_order)
        level = 0
        while len(groups) > limit:
            level += 1
            groups = [
                part[0]
                if len(part) == 1
                else Group(
                    f"{prefix}-{level}-{number}",
                    _from_to(_ends(part[0], name)[0], _ends(part[-1], name)[1]),
                    tuple(code for group in part for code in group.regions),
                    tuple(part),
                )
                for number, part in enumerate(_chunks(groups, limit), start=1)
            ]
        return Group(code, title, found, tuple(groups))

    return _placed(made(root), ())


def in_order(code: str) -> tuple[bool, str]:
    """Real places before samples (99xxxx), by code."""
    return code.startswith("99"), code


def _group_order(group: Group) -> tuple[bool, bool, str]:
    first = group.regions[0] if "-" in group.code else group.code
    return group.code.startswith(OTHER), *in_order(first)


def _chunks(items: Sequence[Item], limit: int) -> Iterator[tuple[Item, ...]]:
    """As few parts as may be, as equal as may be."""
    parts = -(-len(items) // limit)
    for number in range(parts):
        yield tuple(items[len(items) * number // parts : len(items) * (number + 1) // parts])


def _from_to(first: str, last: str) -> str:
    return first if first == last else f"{first}至{last}"


def _ends(group: Group, name: Callable[[str], str]) -> tuple[str, str]:
    """What a list of groups is called by: the group's name or, of a list, its first and last ones'."""
    if "-" not in group.code or group.code.endswith("-all"):
        return group.name, group.name
    if group.leaf:
        return name(group.regions[0]), name(group.regions[-1])
    return _ends(group.groups[0], name)[0], _ends(group.groups[-1], name)[1]


def _placed(group: Group, above: tuple[tuple[str, str], ...]) -> Group:
    """The group and all below it with the way that leads to each."""
    here = replace(group, above=above)
    return replace(here, groups=tuple(_placed(each, here.trail) for each in group.groups))
