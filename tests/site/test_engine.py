"""The engine draws what vl-convert draws, without a font, a network, a time zone or a memory of the last chart."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pytest
import vl_convert
from fontTools.ttLib import TTFont

import chart_processes as processes
from gongbao.pool import Pool
from gongbao.present import theme
from gongbao.present.characters import characters
from gongbao.site import engine
from gongbao.site.charts import spec_text
from gongbao.site.drawing import Drawing, to_svg

# A specification for each thing that the workbooks' charts do, with rows of the sample counties.
REAL = json.loads(Path(__file__).with_name("charts.json").read_text("utf-8"))
# Every kind of width: Chinese, digits, kerned pairs (AV, To, P.), ligatures (fi, ffl), spaces, joiners.
WORDS = [
    "平昌县（2019年）", "15.16亿元，增长7.3%", "AVATAR To P. “Ty” office", "waffle fi ff fl ffi", "≥85%", "①②③ ａｂｃ",
    "ひらがな、カタカナ", " 前后 有  空格 ", "a\u00adb\u200bc", "L’Été ÿ", "Ту ГА Γρ", "行\t与\n行", "−12.5 ‰",
]  # fmt: skip
PLAIN = {
    "data": {"values": [{"a": "甲", "b": 1}]}, "mark": "bar",
    "encoding": {"x": {"field": "a", "type": "nominal"}, "y": {"field": "b", "type": "quantitative"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def process() -> Iterator[Pool]:
    with Pool(1) as pool:
        yield pool


def text_of(spec: object) -> str:
    assert isinstance(spec, dict)
    return spec_text({**spec, "config": theme.config()})


def with_other_rows(spec: dict[str, Any]) -> dict[str, Any]:
    """The same chart of fewer rows in another order."""
    text = json.dumps({**spec, "datasets": 0})
    datasets = {}
    for name, rows in spec["datasets"].items():
        other = "data-" + hashlib.md5(name.encode()).hexdigest()
        text = text.replace(name, other)
        datasets[other] = rows[1:][::-1]
    return {**json.loads(text), "datasets": datasets}


def words_chart(orient: str) -> dict[str, object]:
    return {
        "data": {"values": [{"name": text, "n": len(text)} for text in WORDS]},
        "title": {"text": WORDS[2], "fontWeight": "bold"},
        "mark": "bar",
        "encoding": {
            "y": {
                "field": "name", "type": "nominal",
                "axis": {"orient": orient, "labelLimit": 90, "labelFontWeight": 700},
            },
            "x": {"field": "n", "type": "quantitative", "title": WORDS[0]},
            "color": {"field": "name", "type": "nominal"},
        },
    }  # fmt: skip


def test_names_and_versions_agree() -> None:
    assert engine.MEASURES_FOLDER == theme.MEASURES_FOLDER
    assert engine.VEGALITE_VERSION == theme.VEGALITE_VERSION
    vega, lite = engine.LIBRARIES[theme.VEGALITE_VERSION]
    assert vega == f"vega@{vl_convert.get_vega_version()}"
    assert lite == f"vega-lite@{alt.SCHEMA_VERSION.removeprefix('v')}"


def test_real_charts_are_drawn_as_vl_convert_draws_them(process: Pool, store: str) -> None:
    others = [
        with_other_rows(spec) for spec in REAL
    ]  # what was compiled for the first is used again for these
    texts = [text_of(spec) for spec in (*REAL, *others, words_chart("left"), words_chart("right"))]
    assert len(set(texts)) == len(texts)
    [expected] = process.map(processes.reference, [texts])
    drawn = process.map(to_svg, [Drawing(text, store=store) for text in texts])
    for text, (svg, fault), other in zip(texts, drawn, expected, strict=True):
        assert not fault
        assert svg == other, text[:300]


def test_every_text_is_as_wide_as_vl_convert_measures_it(process: Pool, store: str) -> None:
    chosen = random.Random(20190101)
    glyphs = [chr(code) for code in TTFont(theme.FONT_FOLDER / "GongbaoSans-Regular.otf").getBestCmap()]
    assert set(glyphs) >= set(characters())
    latin = [c for c in glyphs if " " < c < "\u0500" and c not in "\u00ad\u02c7"]
    mixed = ["".join(chosen.choices(latin if n % 2 else glyphs, k=12)) for n in range(400)]
    runs = ["".join(glyphs[start : start + 16]) for start in range(0, len(glyphs), 16)]
    words = [(text, ("normal", "bold", "600")[n % 3]) for n, text in enumerate([*WORDS, *mixed, *runs])]
    [expected] = process.map(processes.reference_widths, [words])
    [found] = process.map(processes.measured, [(words, store)])
    assert len(found) == len(expected) == len(words)
    for (text, _), ours, theirs in zip(words, found, expected, strict=True):
        assert ours == pytest.approx(theirs, abs=1e-3), text


def test_the_order_of_drawing_does_not_matter(process: Pool, store: str) -> None:
    texts = [text_of(spec) for spec in REAL]
    first = dict(zip(texts, process.map(to_svg, [Drawing(t, store=store) for t in texts]), strict=True))
    shuffled = [*texts, *texts, text_of({"mark": "nonsense"})]
    random.Random(7).shuffle(shuffled)
    with Pool(1) as another:
        for text, found in zip(
            shuffled, another.map(to_svg, [Drawing(t, store=store) for t in shuffled]), strict=True
        ):
            assert found == first.get(text, found)
            assert bool(found[0]) == (text in first)


FAULTY = {
    "mark": {"mark": "nonsense", "data": {"values": []}},
    "expression": {"data": {"values": [{"a": 1}]}, "transform": [{"calculate": "foo(1)", "as": "b"}], "mark": "point"},
    "nothing": {"a": 1},
    "address": {"data": {"url": "https://example.org/x.csv"}, "mark": "point"},
    "relative": {"data": {"url": "data/cars.json"}, "mark": "point"},
    "file": {"data": {"url": "file:///etc/passwd", "format": {"type": "csv"}}, "mark": "point"},
    "lookup": {
        "data": {"values": [{"a": 1}]}, "mark": "point",
        "transform": [{"lookup": "a", "from": {"data": {"url": "d.csv"}, "key": "a", "fields": ["b"]}}],
    },
}  # fmt: skip


def test_what_the_font_lacks_is_as_wide_on_every_machine(process: Pool, store: str) -> None:
    [found] = process.map(processes.measured, [([(text, "") for text in ("–", "0", "𠮷", "甲")], store)])
    assert found[0] == found[1] and found[2] == found[3] == pytest.approx(13)


@pytest.mark.parametrize("kind", FAULTY)
def test_a_faulty_chart_is_told_and_leaves_the_next_one_alone(kind: str, process: Pool, store: str) -> None:
    jobs = [Drawing(text, store=store) for text in (text_of(PLAIN), text_of(FAULTY[kind]), text_of(PLAIN))]
    before, (svg, fault), after = process.map(to_svg, jobs)
    assert not svg and fault
    assert before == after and before[0].startswith("<svg") and not before[1]


def test_what_a_page_would_load_later_is_only_named(process: Pool, store: str) -> None:
    picture = {
        "data": {"values": [{"a": "https://example.org/x.png"}]},
        "mark": "image",
        "encoding": {"url": {"field": "a"}},
    }
    [(svg, fault)] = process.map(to_svg, [Drawing(text_of(picture), store=store)])
    assert not fault and 'href="https://example.org/x.png"' in svg


def test_a_chart_without_end_is_given_up(process: Pool, store: str) -> None:
    endless = {"data": {"sequence": {"start": 0, "stop": 2e7}}, "mark": "point"}
    texts = [text_of(PLAIN), text_of(endless), text_of(PLAIN)]
    for limits in ({"SECONDS": 1.0}, {"MEMORY": 150_000_000}):
        with Pool(1) as pool:
            [(before, (svg, fault), after)] = pool.map(processes.limited, [(limits, texts, store)])
        assert not svg and ("没有画完" in fault if "SECONDS" in limits else "内存" in fault)
        assert before == after and before[0]


def test_a_new_context_draws_the_same(process: Pool, store: str) -> None:
    texts = [text_of(spec) for spec in REAL[:4]]
    [found] = process.map(processes.limited, [({"CHARTS": 3}, texts * 2, store)])
    assert found[:4] == found[4:] and all(svg for svg, _ in found)


def test_memory_does_not_grow_with_the_number_of_charts(store: str) -> None:
    with Pool(1) as pool:
        [(some, more)] = pool.map(processes.memory, [([text_of(spec) for spec in REAL], 6, 14, store)])
    assert more < some + 60_000_000


def test_time_zone_and_language_of_the_machine_do_not_matter(store: str) -> None:
    spec = {
        "data": {"values": [{"d": "2019-01-01", "n": 1234.5}, {"d": "2019-12-31T23:30:00", "n": 2}]},
        "mark": "line",
        "encoding": {"x": {"field": "d", "type": "temporal"}, "y": {"field": "n", "type": "quantitative"}},
    }
    zones = ("UTC", "Asia/Shanghai", "America/New_York")
    found = set()
    for zone in zones:
        with Pool(1) as pool:
            found |= set(pool.map(processes.in_zone, [(zone, text_of(spec), store)]))
    [(svg, fault)] = found
    assert svg and not fault


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_process_that_has_drawn_ends_by_itself(store: str) -> None:
    code = (
        "import sys\nfrom gongbao.site.drawing import Drawing, start_engine, to_svg\n"
        "start_engine(sys.argv[1])\nprint(to_svg(Drawing(sys.argv[2], store=sys.argv[1]))[0][:4])"
    )
    ended = run(code, store, text_of(PLAIN))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "<svg\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="forks")
def test_an_engine_from_before_a_fork_is_refused(store: str) -> None:
    code = (
        "import os, sys\nfrom gongbao.site.drawing import Drawing, start_engine, to_svg\n"
        "start_engine(sys.argv[1])\n"
        "if os.fork() == 0:\n"
        "    try:\n        to_svg(Drawing('{}', store=sys.argv[1]))\n"
        "    except RuntimeError as error:\n        print(error, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()"
    )
    assert "before a fork" in run(code, store).stdout


def test_a_process_that_forks_knows_no_engine() -> None:
    code = (
        "import sys\nimport gongbao.build, gongbao.commands\n"
        "import gongbao.site.build, gongbao.site.charts, gongbao.site.county\n"
        "print(*sorted({'py_mini_racer', 'vl_convert'} & set(sys.modules)))"
    )
    ended = run(code)
    assert (ended.returncode, ended.stdout) == (0, "\n")
