"""What a reader may want next, at the foot of a report and of an indicator's page: a short list that is as long
whatever number of counties there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gongbao.site.asking import Origin
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import Indicator
from gongbao.site.layout import fragment

LISTED = 12  # indicators; the index has all of them

Link = tuple[str, str]  # text, address


def related_html(address: str, links: Sequence[Link], heading: str, indicators: Sequence[Indicator]) -> str:
    """The list for the page at `address`; `heading` says which indicators these are."""
    return fragment("related.html.j2", address, links=links, heading=heading, indicators=indicators[:LISTED])


def indicators_of(catalogue: Catalogue, entries: Iterable[Origin]) -> list[Indicator]:
    """The indicators that a page's numbers are of, in the order in which it names them."""
    found = dict.fromkeys(entry.about for entry in entries)
    return [catalogue.indicators[id] for id in found if id in catalogue.indicators]


def indicators_beside(catalogue: Catalogue, indicator: Indicator) -> list[Indicator]:
    """The indicators next to this one in the list of its area."""
    own = [each for each in catalogue.indicators.values() if each.area == indicator.area]
    at = own.index(indicator)
    first = max(0, min(at - LISTED // 2, len(own) - LISTED - 1))
    return [each for each in own[first : first + LISTED + 1] if each != indicator]
