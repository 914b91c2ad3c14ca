"""An edition as a schema.org Dataset: what search engines and catalogues read of it.

Used twice: the page of downloads carries a short card, the sealed revision a full one (`dataset.jsonld`).
Terms: https://schema.org/Dataset.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongbao.publication import Publication, Release

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NAMED = 12  # sample places that the description names; of more it says how many there are
CODES = "GB/T 2260"  # 中华人民共和国行政区划代码


@dataclass(frozen=True, slots=True)
class Variable:
    """An indicator with a value in the edition; `unit` "" for numbers without one."""

    indicator_id: str
    name: str
    unit: str
    definition: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the edition. `url`: its address, absolute or relative to where the card stands."""

    name: str
    url: str
    format: str
    sha256: str = ""
    size: int = 0


def dataset_card(
    publication: Publication,
    release: Release,
    places: Mapping[str, str],
    variables: Sequence[Variable],
    downloads: Sequence[Download],
    sources: Sequence[str] = (),
    counties: int | None = None,
) -> dict[str, Any]:
    """JSON-LD of a revision. `places`: region code -> name as of that year, of the counties or of regions
    that hold `counties` of them; `sources`: titles of the documents that the numbers come from.
    Nothing is said that the publication does not state: no licence, number or office where it names none.
    """
    name = f"{publication.title}（{release.year}年度）"
    home = release.site_url + release.address if release.site_url else ""
    card = {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": home,
        "url": home,
        "name": f"{name}修订版 {release.name}",
        "description": description(publication, release, places, len(variables), counties),
        "identifier": release.doc_no,
        "version": release.name,
        "datePublished": release.date,
        "inLanguage": "zh-CN",
        "isAccessibleForFree": True,
        "keywords": ["教育督导", "督导公报", f"{release.year}年"],
        "creator": _office(publication.settings.office),
        "publisher": _office(publication.settings.office),
        "license": publication.settings.licence and publication.settings.licence.url,
        "temporalCoverage": str(release.year),
        "spatialCoverage": [_place(code, places[code]) for code in places],
        "variableMeasured": [_variable(v) for v in variables],
        "distribution": [_download(d) for d in downloads],
        "citation": list(sources),
        "includedInDataCatalog": {"@type": "DataCatalog", "name": publication.title}
        | ({"url": f"{release.site_url}/"} if release.site_url else {}),
    }
    if release.revision > 1:
        card["isBasedOn"] = _previous(name, release)
        card["correction"] = release.reason
    return {key: value for key, value in card.items() if value not in ("", None, [])}


def description(
    publication: Publication,
    release: Release,
    places: Mapping[str, str],
    variables: int,
    counties: int | None = None,
) -> str:
    """What the edition holds, in one paragraph."""
    samples = [name for code, name in places.items() if code.startswith("99")]
    many = len(places) if counties is None else counties
    sentences = [
        f"{publication.title}{release.year}年度版，修订版 {release.name}，{release.date} 发布",
        f"含 {many} 个县（市、区）的指标数据、结论、图表数据和督导工作记录，公开指标 {variables} 项",
        "每个数带单位、限定词、缺失原因、来源和出处；没有的数据留空，不写 0",
    ]
    if samples:
        named = "、".join(samples[:NAMED]) + (f"等 {len(samples)} 个" if len(samples) > NAMED else "")
        sentences.append(f"其中{named}为示例地区，数据是虚构的")
    return "；".join(sentences) + "。"


def card_script(card: Mapping[str, Any]) -> str:
    """The card as the content of a script element that holds data: no character ends the element early."""
    text = json.dumps(card, ensure_ascii=False, sort_keys=True)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _office(name: str) -> dict[str, str] | None:
    return {"@type": "GovernmentOrganization", "name": name} if name else None


def _place(code: str, name: str) -> dict[str, Any]:
    known = {"propertyID": CODES} if not code.startswith("99") else {}  # samples have codes outside of it
    identifier = {"@type": "PropertyValue", "name": "行政区划代码", "value": code, **known}
    return {"@type": "AdministrativeArea", "name": name, "identifier": identifier}


def _variable(variable: Variable) -> dict[str, str]:
    found = {
        "@type": "PropertyValue", "propertyID": variable.indicator_id, "name": variable.name,
        "unitText": variable.unit, "description": variable.definition,
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def _download(download: Download) -> dict[str, str]:
    found = {
        "@type": "DataDownload", "name": download.name, "contentUrl": download.url,
        "encodingFormat": download.format, "sha256": download.sha256,
        "contentSize": f"{download.size} B" if download.size else "",
    }  # fmt: skip
    return {key: value for key, value in found.items() if value}


def _previous(name: str, release: Release) -> dict[str, str]:
    """The revision that this one corrects. Its address is told only where addresses are absolute: the
    same bytes stand in the revision and in the copy of the latest one."""
    earlier = f"r{release.revision - 1}"
    found = {"@type": "Dataset", "name": f"{name}修订版 {earlier}", "version": earlier}
    if release.site_url:
        found |= {"url": f"{release.site_url}/{release.year}/{earlier}/"}
    return found
