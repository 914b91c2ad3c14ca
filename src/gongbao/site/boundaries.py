"""An office's own licensed map: boundaries of its counties from a GeoJSON file, drawn plainly.

The file (`gongbao: map:` in `_quarto.yml`) stands below `site/`, so that it belongs to the inputs of an
edition. Every county of the publication has a feature; one whose geometry is null has no shape on purpose.
The map's approval number and source are printed below each drawing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gongbao.publication import SETTINGS_FILE, Publication, PublicationError

WIDTH = 640
_CODES = ("region_code", "行政区划代码", "adcode", "code")  # properties that may hold a feature's region code

Ring = tuple[tuple[float, float], ...]  # longitude and latitude in degrees


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Rings by region code, none for a feature without geometry; what must be printed below a drawing."""

    rings: Mapping[str, tuple[Ring, ...]]
    approval: str
    source: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A county's outline in the drawing's units, and where its name stands."""

    region: str
    path: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """The shapes of some counties in one frame."""

    width: int
    height: int
    shapes: tuple[Shape, ...]
    approval: str
    source: str


def read_boundaries(publication: Publication) -> Boundaries | None:
    """The map that the settings name, None without one. Raises PublicationError for a file that is missing,
    stands elsewhere than below `site/`, or holds no GeoJSON polygons."""
    setting = publication.settings.map
    if setting is None:
        return None
    path = publication.root / setting.file
    if publication.pages.resolve() not in path.resolve().parents:
        raise PublicationError(
            f"{SETTINGS_FILE} 里 map 的文件 {setting.file} 不在 site/ 文件夹里：请放进 site/（如 site/map.geojson），"
            "各年度版才能照原样重新生成。"
        )
    try:
        content = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise PublicationError(f"{SETTINGS_FILE} 里 map 的文件 {setting.file} 找不到。") from error
    except (UnicodeDecodeError, ValueError) as error:
        raise PublicationError(f"{setting.file} 不是 GeoJSON：不是有效的 JSON（{error}）。") from error
    rings: dict[str, tuple[Ring, ...]] = {}
    for number, feature in enumerate(_features(content, setting.file), start=1):
        code = _code(feature, setting.code)
        if not code:
            named = setting.code or "、".join(_CODES)
            raise PublicationError(
                f"{setting.file} 第 {number} 个要素没有行政区划代码：应写在属性“{named}”里。"
            )
        try:
            rings[code] = (*rings.get(code, ()), *_rings(feature.get("geometry")))
        except (TypeError, ValueError, IndexError, KeyError, AttributeError) as error:
            raise PublicationError(
                f"{setting.file} 里 {code} 的图形不能用：应是 Polygon 或 MultiPolygon，坐标是经度、纬度（度）。"
            ) from error
    return Boundaries(rings, setting.approval, setting.source)


def check_complete(boundaries: Boundaries, file: str, counties: Mapping[str, str]) -> None:
    """Raises PublicationError that names every county (code -> name) without a feature."""
    missing = [f"{code} {name}" for code, name in counties.items() if code not in boundaries.rings]
    if missing:
        raise PublicationError(
            f"{file} 里没有这些县（市、区）的要素：{'、'.join(missing)}。"
            "请补上；确实没有图形的，写一个 geometry 为 null 的要素。"
        )


def draw(boundaries: Boundaries, regions: Iterable[str]) -> Drawing | None:
    """The counties' outlines, equirectangular, narrowed by the cosine of the middle latitude; None where
    none of them has a shape."""
    own = {code: rings for code in regions if (rings := boundaries.rings.get(code))}
    points = [point for rings in own.values() for ring in rings for point in ring]
    if not points:
        return None
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    narrow = math.cos(math.radians((south + north) / 2))
    across, down = (east - west) * narrow, north - south
    if not across or not down:
        return None
    scale = (WIDTH - 4) / across

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return 2 + (point[0] - west) * narrow * scale, 2 + (north - point[1]) * scale

    shapes = []
    for code, rings in own.items():
        drawn = [[at(point) for point in ring] for ring in rings]
        largest = max(drawn, key=_extent)
        x = (min(p[0] for p in largest) + max(p[0] for p in largest)) / 2
        y = (min(p[1] for p in largest) + max(p[1] for p in largest)) / 2
        shapes.append(Shape(code, "".join(map(_path, drawn)), round(x, 1), round(y, 1)))
    return Drawing(WIDTH, round(down * scale) + 4, tuple(shapes), boundaries.approval, boundaries.source)


def _features(content: Any, file: str) -> list[Any]:
    found = content.get("features") if isinstance(content, dict) else None
    if (
        not isinstance(content, dict)
        or content.get("type") != "FeatureCollection"
        or not isinstance(found, list)
    ):
        raise PublicationError(f"{file} 不是 GeoJSON：最外层应是 FeatureCollection，里面是 features。")
    if not all(isinstance(feature, dict) for feature in found):
        raise PublicationError(f"{file} 不是 GeoJSON：features 里应都是 Feature。")
    return found


def _code(feature: Mapping[str, Any], name: str) -> str:
    properties = feature.get("properties") or {}
    values = [properties.get(key) for key in ((name,) if name else _CODES)]
    return next((str(value).strip() for value in values if value not in (None, "")), "")


def _rings(geometry: Any) -> Iterator[Ring]:
    if geometry is None:
        return
    kind, coordinates = geometry["type"], geometry["coordinates"]
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError(kind)
    for polygon in coordinates if kind == "MultiPolygon" else [coordinates]:
        for ring in polygon:
            points = tuple((float(point[0]), float(point[1])) for point in ring)
            if len(points) < 4 or not all(abs(x) <= 180 and abs(y) <= 90 for x, y in points):
                raise ValueError("no ring of degrees")
            yield points


def _extent(ring: list[tuple[float, float]]) -> float:
    xs, ys = [p[0] for p in ring], [p[1] for p in ring]
    return (max(xs) - min(xs)) * (max(ys) - min(ys))


def _path(ring: list[tuple[float, float]]) -> str:
    """Whole units, each point once: finer than that no boundary can be seen at this size."""
    points = list(dict.fromkeys((round(x), round(y)) for x, y in ring))
    return "M" + "L".join(f"{x} {y}" for x, y in points) + "Z"
