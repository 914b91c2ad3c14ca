"""The publication's own sources, and those that only counties' submissions list."""

from __future__ import annotations

from collections.abc import Iterable

from gongbao.rows import row_dicts
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import Source, source_of


def own_sources(catalogue: Catalogue) -> list[Source]:
    """The documents of the publication's own list, in its order."""
    rows = row_dicts(catalogue.dataset.table("sources"))
    found = (source_of(row) for row in rows if not isinstance(row["region_code"], str))
    return list({source.source_id: source for source in found}.values())


def submitted_sources(catalogue: Catalogue, regions: Iterable[str]) -> list[Source]:
    """The documents that only the submissions of these counties list. Two counties may call different
    documents by the same number."""
    own = {source.source_id for source in own_sources(catalogue)}
    found: dict[Source, None] = {}
    for region in regions:
        for year in catalogue.years_of(region):
            for row in row_dicts(catalogue.dataset.table("sources", region, year)):
                if row["region_code"] == region and str(row["source_id"]) not in own:
                    found.setdefault(source_of(row))
    return list(found)
