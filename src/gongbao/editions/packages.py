"""A revision as data: `datapackage.json` (Frictionless Data Package 2.0) and `dataset.jsonld` (schema.org).

The package describes every CSV of the revision's folder: the downloads by the definitions that they are
made from, the files of figures and tables by what stands in them. https://datapackage.org/standard/
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.editions.package_fields import Kind, Target, guessed, key_of, kind_of, links_of, make_schema
from gongbao.editions.snapshots import FOLDER as SNAPSHOT
from gongbao.publication import Publication, Release
from gongbao.site.dataset_card import EXCEL, Download, Variable, dataset_card, description

PACKAGE, CARD = "datapackage.json", "dataset.jsonld"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
DATA = "data"
_TITLES = {"indicators": "指标定义", "targets": "标准值", "sources": "来源"}


@dataclass(frozen=True)
class CsvFile:
    """A CSV of a revision. `path` below the revision's folder."""

    path: str
    data: bytes

    @cached_property
    def _all(self) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.data.decode("utf-8-sig"), newline="")))

    @property
    def header(self) -> list[str]:
        return self._all[0] if self._all else []

    @property
    def rows(self) -> list[list[str]]:
        return self._all[1:]

    @property
    def table(self) -> str:
        """Name of the file without its ending: values, findings, fig-1."""
        return Path(self.path).stem

    @property
    def place(self) -> str:
        """Code of the county that a download is of; "" for other files."""
        found = re.fullmatch(rf"{DATA}/([^/]+)/[^/]+\.csv", self.path)
        return found[1] if found else ""

    @property
    def download(self) -> bool:
        return self.path.startswith(f"{DATA}/")

    @property
    def resource(self) -> str:
        """Its name in the package: data/511923/values.csv -> 511923.values."""
        return self.path.removeprefix(f"{DATA}/").removesuffix(".csv").replace("/", ".").lower()

    def column(self, header: str) -> list[str]:
        place = self.header.index(header)
        return [row[place] for row in self.rows]

    def target(self) -> Target:
        return Target(self.resource, {name: frozenset(self.column(name)) for name in self.header})


def package_files(folder: Path, release: Release, publication: Publication) -> Iterator[tuple[str, bytes]]:
    """(address below the revision, bytes) of the files that describe a revision's data.

    `folder` is the relocated revision with everything but these files and its manifest. Reads the finished
    files, so that what is said of them is what stands in them.
    """
    files = [
        CsvFile(path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*.csv"))
    ]
    places = _places(files)
    variables = _variables(files)
    yield PACKAGE, json_text(_package(folder, files, places, variables, release, publication))
    base = release.site_url + release.address if release.site_url else ""
    downloads = list(_downloads(folder, files, base, places))
    sources = [source["title"] for source in _sources(files)]
    yield CARD, json_text(dataset_card(publication, release, places, variables, downloads, sources))


def json_text(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _places(files: Sequence[CsvFile]) -> dict[str, str]:
    """Code -> name of the counties with downloads; real places first, by code."""
    found = {f.place: f.column("地区")[0] for f in files if f.place and f.rows}
    return {code: found[code] for code in sorted(found, key=lambda code: (code.startswith("99"), code))}


def _variables(files: Sequence[CsvFile]) -> list[Variable]:
    """The indicators with a value in the revision, in the order of the definitions."""
    used = {code for f in files if f.place and f.table == "values" for code in f.column("指标代码")}
    return [
        Variable(row["指标代码"], row["指标名称"], row["单位"], row["定义"])
        for f in files
        if f.path == f"{DATA}/indicators.csv"
        for row in _dicts(f)
        if row["指标代码"] in used
    ]


def _dicts(file: CsvFile) -> Iterator[dict[str, str]]:
    return (dict(zip(file.header, row, strict=True)) for row in file.rows)


def _package(
    folder: Path,
    files: Sequence[CsvFile],
    places: Mapping[str, str],
    variables: Sequence[Variable],
    release: Release,
    publication: Publication,
) -> dict[str, Any]:
    shared = {f.table: f.target() for f in files if f.download and not f.place}
    own: dict[str, dict[str, Target]] = {}
    for f in files:
        if f.place:
            own.setdefault(f.place, {})[f.table] = f.target()
    titles = {code: _titles(folder, code) for code in places}
    resources, left_out = [], []
    for f in files:
        reason = _undescribable(f)
        if reason:
            left_out.append({"path": f.path, "reason": reason})
        else:
            title = _title(f, places, titles)
            resources.append(resource(f, title, shared | own.get(f.place, {}) if f.download else {}))
    office, licence = publication.settings.office, publication.settings.licence
    package = {
        "$schema": PROFILE,
        "name": f"gongbao-{release.year}-{release.name}",
        "title": f"{publication.title}（{release.year}年度）修订版 {release.name}",
        "description": description(publication, release, places, len(variables)),
        "homepage": release.site_url + release.address if release.site_url else "",
        "version": release.name,
        "created": created(release.date),
        "keywords": ["教育督导", "督导公报", f"{release.year}年"],
        "licenses": [{"title": licence.title, "path": licence.url}] if licence else [],
        "contributors": [{"title": office, "roles": ["publisher"]}] if office else [],
        "sources": list(_sources(files)),
        "gongbao": _edition(release),
        "undescribed": left_out,
        "resources": resources,
    }
    return {key: value for key, value in package.items() if value not in ("", [])}


def created(day: str) -> str:
    """A day of release as the time that the profile asks for: its beginning, Chinese time."""
    return f"{day}T00:00:00+08:00"


def _edition(release: Release) -> dict[str, Any]:
    """What the profile has no word for."""
    found: dict[str, Any] = {
        "edition": release.year, "revision": release.revision, "doc_no": release.doc_no,
        "approved_by": release.approved_by,
    }  # fmt: skip
    if release.revision > 1:
        found |= {"previous": f"r{release.revision - 1}", "reason": release.reason}
    return {key: value for key, value in found.items() if value != ""}


def _undescribable(file: CsvFile) -> str:
    """Why a file has no Table Schema; "" if it has one."""
    header = file.header
    if not header or "" in header:
        return "有的列没有列名"
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        return f"列名重复：{'、'.join(repeated)}"
    if any(len(row) != len(header) for row in file.rows):
        return "有的行列数与表头不同"
    return ""


def resource(file: CsvFile, title: str, targets: Mapping[str, Target]) -> dict[str, Any]:
    """The description of a CSV. `targets`: the files that it may refer to, by name."""
    header, rows = file.header, file.rows
    if file.download:
        kinds = [kind_of(file.table, name) or Kind() for name in header]
        key, links = key_of(file.table), links_of(file.table, header, rows, targets)
    else:
        kinds = [guessed(name, (row[i] for row in rows)) for i, name in enumerate(header)]
        key, links = (), []
    return {
        "name": file.resource,
        "type": "table",
        "path": file.path,
        "title": title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(file.data),
        "hash": f"sha256:{_sha256(file.data)}",
        "schema": make_schema(header, rows, kinds, key, links),
    }


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _titles(folder: Path, code: str) -> dict[str, str]:
    """“finance/fig-1” -> title of the figure or table, and name of a download -> its label, of a county;
    as its snapshot has them."""
    path = folder / SNAPSHOT / f"{code}.json"
    content = json.loads(path.read_bytes()) if path.is_file() else {}
    found = {f"{f['area']}/{f['id']}": str(f["title"]) for f in content.get("figures", ())}
    found |= {f"{t['area']}/{t['id']}": str(t["caption"]) for t in content.get("tables", ())}
    labels = {"values": "指标数据", "verdicts": "结论", "charts": "图表目录"}
    return found | labels | {name: str(r["label"]) for name, r in content.get("records", {}).items()}


def _title(file: CsvFile, places: Mapping[str, str], titles: Mapping[str, Mapping[str, str]]) -> str:
    """“平昌县 指标数据”; the path where nothing names a file."""
    if file.download:
        code, name = file.place, file.table
        shown = titles[code].get(name, name) if code else _TITLES.get(name, name)
    else:
        code, _, name = file.path.removesuffix(".csv").partition("/")
        shown = titles[code].get(name, name) if code in places else _comparison(file.path)
    return f"{places[code]} {shown}" if code in places else shown


def _comparison(path: str) -> str:
    """“各地比较 经费与专项资金 fig-1” for a file beside an area's page; the path for others."""
    found = re.fullmatch(r"site/areas/([^/]+)/([^/]+)\.csv", path)
    return f"各地比较 {AREAS.get(found[1], found[1])} {found[2]}" if found else path


def _sources(files: Sequence[CsvFile]) -> Iterator[dict[str, str]]:
    """The documents that the counties' numbers come from, in the order of the list of sources."""
    named = {title for f in files if f.place and "来源" in f.header for title in f.column("来源")}
    for f in files:
        for row in _dicts(f) if f.path == f"{DATA}/sources.csv" else ():
            if row["标题"] in named:
                title = f"{row['标题']}（{row['文号']}）" if row["文号"] else row["标题"]
                yield {"title": title} | ({"path": row["网址"]} if row["网址"].startswith("http") else {})


def _downloads(
    folder: Path, files: Sequence[CsvFile], base: str, places: Mapping[str, str]
) -> Iterator[Download]:
    """The Excel files and CSVs offered for download, and the package that describes them."""
    titles = {code: _titles(folder, code) for code in places}
    for path in sorted((folder / DATA).glob("*.xlsx")):
        data, inside = path.read_bytes(), path.relative_to(folder).as_posix()
        name = f"{places.get(path.stem, path.stem)} 全部数据"
        yield Download(name, base + inside, EXCEL, _sha256(data), len(data))
    for f in files:
        if f.download:
            name = _title(f, places, titles)
            yield Download(name, base + f.path, "text/csv", _sha256(f.data), len(f.data))
    yield Download("数据包说明", base + PACKAGE, "application/json")
