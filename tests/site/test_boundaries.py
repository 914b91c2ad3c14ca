"""An office's own map: read, checked, drawn plainly, with its approval number; squares for invented counties."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gongbao.publication import Publication, PublicationError, open_publication
from gongbao.site.boundaries import Boundaries, check_complete, draw, read_boundaries
from publications import ROOT, chinese_alone

SETTING = (
    "gongbao:\n  map:\n    file: site/map.geojson\n    approval: 示S（2023）0001号\n    source: 示例测绘院\n"
)

POINT = {"type": "Point", "coordinates": [1, 2]}


def square(code: str, west: float, south: float, size: float = 1.0) -> dict[str, Any]:
    ring = [
        [west, south],
        [west + size, south],
        [west + size, south + size],
        [west, south + size],
        [west, south],
    ]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    return {"type": "Feature", "properties": {"region_code": code}, "geometry": geometry}


def publication(root: Path, content: Any, setting: str = SETTING) -> Publication:
    (root / "site").mkdir(parents=True, exist_ok=True)
    text = chinese_alone((ROOT / "_quarto.yml").read_text("utf-8")).replace("gongbao:\n", setting, 1)
    (root / "_quarto.yml").write_text(text, "utf-8")
    if content is not None:
        data = content if isinstance(content, str) else json.dumps(content)
        (root / "site/map.geojson").write_text(data, "utf-8")
    return open_publication(root)


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def test_squares_are_drawn_narrower_by_the_cosine_of_the_latitude(tmp_path: Path) -> None:
    found = read_boundaries(
        publication(tmp_path, collection(square("990101", 100, 59.5), square("990102", 101, 59.5)))
    )
    assert found is not None and found.approval == "示S（2023）0001号" and found.source == "示例测绘院"
    drawing = draw(found, ["990101", "990102"])
    assert drawing is not None
    # By hand: two degrees wide at 60° north are as long as one degree of latitude, so the frame is square.
    assert (drawing.width, drawing.height) == (640, 640)
    assert [(s.region, s.path) for s in drawing.shapes] == [
        ("990101", "M2 638L320 638L320 2L2 2Z"), ("990102", "M320 638L638 638L638 2L320 2Z"),
    ]  # fmt: skip
    only = draw(found, ["990102"])
    assert only is not None and [s.region for s in only.shapes] == ["990102"], "its own frame"


def test_a_feature_without_geometry_has_no_shape_and_is_not_missing(tmp_path: Path) -> None:
    empty = {"type": "Feature", "properties": {"region_code": 990102}, "geometry": None}
    found = read_boundaries(publication(tmp_path, collection(square("990101", 100, 30), empty)))
    assert found is not None
    check_complete(found, "site/map.geojson", {"990101": "示例县甲", "990102": "示例县乙"})
    drawing = draw(found, ["990101", "990102"])
    assert drawing is not None and [s.region for s in drawing.shapes] == ["990101"]
    assert draw(found, ["990102"]) is None


def test_a_county_without_a_feature_is_named() -> None:
    found = Boundaries({"990101": ()}, "号", "院")
    with pytest.raises(
        PublicationError, match=r"site/map\.geojson 里没有这些县（市、区）的要素：990102 示例县乙。"
    ):
        check_complete(found, "site/map.geojson", {"990101": "示例县甲", "990102": "示例县乙"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "找不到"),
        ("not json", "不是有效的 JSON"),
        ({"type": "Feature"}, "最外层应是 FeatureCollection"),
        ({"type": "FeatureCollection", "features": [3]}, "features 里应都是 Feature"),
        (collection({"type": "Feature", "properties": {}, "geometry": None}), "第 1 个要素没有行政区划代码"),
        (collection({**square("990101", 0, 0), "geometry": POINT}), "990101 的图形不能用"),
        (collection(square("990101", 450000, 3300000)), "坐标是经度、纬度（度）"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_drawn_is_refused(tmp_path: Path, content: Any, said: str) -> None:
    own = publication(tmp_path, content)
    with pytest.raises(PublicationError) as error:
        read_boundaries(own)
    assert said in str(error.value)


@pytest.mark.parametrize("line", ["    approval: 示S（2023）0001号\n", "    source: 示例测绘院\n"])
def test_without_approval_number_or_source_nothing_is_built(tmp_path: Path, line: str) -> None:
    with pytest.raises(PublicationError, match=r"approval（审图号）"):
        publication(tmp_path, collection(), SETTING.replace(line, ""))


def test_a_file_name_alone_is_told_what_lacks(tmp_path: Path) -> None:
    with pytest.raises(PublicationError, match=r"approval（审图号）"):
        publication(tmp_path, collection(), "gongbao:\n  map: site/map.geojson\n")


def test_a_map_outside_of_site_is_refused(tmp_path: Path) -> None:
    own = publication(tmp_path, collection(), SETTING.replace("site/map.geojson", "../map.geojson"))
    with pytest.raises(PublicationError, match="不在 site/ 文件夹里"):
        read_boundaries(own)
