"""A small publication made in code: three counties, two years, executed notebooks of `present` objects.

Shared by the tests of this folder; nothing here is read from the repository's own data.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import pandas as pd
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from gongbao.data.dataset import Dataset
from gongbao.data.empty import empty_table
from gongbao.data.schema import TABLES
from gongbao.present import Column, Fact, Facts, Figure, Number, Table, Verdict, Verdicts
from gongbao.present.charts import chart_spec
from gongbao.present.sentence import bind
from gongbao.present.table import make_table
from gongbao.present.theme import config
from gongbao.publication import Publication, open_publication
from gongbao.site import SiteSummary, build_site
from publications import chinese_alone

REPOSITORY = Path(__file__).parents[2]
REAL, SAMPLE_A, SAMPLE_B = "511923", "990101", "990102"
NAMES = {REAL: "平昌县", SAMPLE_A: "示例甲县", SAMPLE_B: "示例乙县"}
ORIGIN = {"_file": "data/2019/511923.xlsx", "_sheet": "指标数据"}


@dataclass(frozen=True)
class Key:
    year: int
    region: str
    area: str

    @property
    def address(self) -> str:
        return f"{self.year}/{self.region}/{self.area}"


@dataclass(frozen=True)
class Info:
    title: str
    description: str
    digest: str = ""


WORKBOOKS = {
    "finance": Info("经费与专项资金", "教育经费是否只增不减，专项资金是否到位"),
    "balance": Info("义务教育均衡", "校际差异系数与资源配置是否达到优质均衡标准"),
}
KEYS = [
    Key(year, region, area)
    for year, region, area in [
        (2018, REAL, "finance"),
        (2019, REAL, "balance"),
        (2019, REAL, "finance"),
        (2019, SAMPLE_A, "balance"),
        (2019, SAMPLE_A, "finance"),
        (2019, SAMPLE_B, "balance"),
    ]
]


def make_publication(root: Path) -> Publication:
    """The repository's own settings, theme and hand-written pages, copied into `root`."""
    root.mkdir(parents=True, exist_ok=True)
    settings = chinese_alone((REPOSITORY / "_quarto.yml").read_text("utf-8"))
    (root / "_quarto.yml").write_text(settings, "utf-8")
    for source in [*(REPOSITORY / "site").glob("theme/*"), REPOSITORY / "site/about.qmd"]:
        target = root / source.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return open_publication(root)


def rows(name: str, *records: dict[str, Any]) -> pd.DataFrame:
    """A table of the schema with these rows; what a record leaves out is missing."""
    empty = empty_table(name)
    records = tuple({**ORIGIN, "_row": i + 2, **record} for i, record in enumerate(records))
    frame = pd.DataFrame(list(records), columns=list(empty.columns))
    return frame.astype({column: kind for column, kind in empty.dtypes.items() if column != "year"})


def make_dataset(**changed: pd.DataFrame) -> Dataset:
    base = {"area_id": "finance", "direction": "up", "period_type": "年"}
    tables = {
        "regions": rows(
            "regions",
            {"region_code": "510000", "region_name": "四川省", "level": "省"},
            {"region_code": "511900", "region_name": "巴中市", "level": "市", "parent_code": "510000"},
            {"region_code": REAL, "region_name": "平昌县", "level": "县", "parent_code": "511900"},
            {"region_code": SAMPLE_A, "region_name": "示例甲县", "level": "县"},
            {"region_code": SAMPLE_B, "region_name": "示例乙县", "level": "县"},
        ),
        "indicators": rows(
            "indicators",
            {
                **base,
                "indicator_id": "per_pupil_budget",
                "name_zh": "生均一般公共预算教育经费",
                "stage": "小学；初中",
                "statistics": "增长率",
                "unit": "元",
                "decimals": 2.0,
                "kind": "amount",
                "publish": "public",
                "formula": "一般公共预算教育经费÷年平均在校生数",
                "source_id": "law",
            },
            {
                **base,
                "indicator_id": "sent_home",
                "name_zh": "送教上门人数",
                "area_id": "access",
                "stage": "全部",
                "unit": "人",
                "kind": "count",
                "publish": "public",
                "min_n": 5.0,
            },
            {
                **base,
                "indicator_id": "placement_rate",
                "name_zh": "安置率",
                "area_id": "access",
                "stage": "全部",
                "unit": "%",
                "kind": "rate",
                "publish": "public",
                "min_n": 10.0,
            },
            {
                **base,
                "indicator_id": "exam_top",
                "name_zh": "高考一本人数",
                "area_id": "quality",
                "stage": "高中",
                "unit": "人",
                "kind": "count",
                "publish": "internal",
            },
        ),
        "targets": rows(
            "targets",
            {
                "indicator_id": "per_pupil_budget",
                "statistic": "增长率",
                "region_code": "*",
                "stage": "小学",
                "valid_from": 2018.0,
                "op": ">=",
                "value": 0.0,
                "source_id": "law",
            },
        ),
        "indicator_values": rows(
            "indicator_values",
            *(
                {"region_code": REAL, "year": 2019, "statistic": "数值", "source_id": "self", **record}
                for record in [
                    {"indicator_id": "per_pupil_budget", "stage": "小学", "value": 11648.78},
                    {
                        "indicator_id": "per_pupil_budget",
                        "stage": "小学",
                        "value": 6.2,
                        "statistic": "增长率",
                    },
                    {"indicator_id": "per_pupil_budget", "stage": "初中", "missing_code": "未报"},
                    {"indicator_id": "sent_home", "stage": "全部", "value": 3.0},
                    {"indicator_id": "placement_rate", "stage": "全部", "value": 62.5, "denominator": 8.0},
                    {"indicator_id": "exam_top", "stage": "高中", "value": 384.0, "quote": "一本384人"},
                ]
            ),
        ),
        "sources": rows(
            "sources",
            {
                "source_id": "law",
                "title": "预算办法",
                "doc_no": "教财〔2015〕9号",
                "issuer": "教育部",
                "date": "2015",
            },
            {
                "source_id": "self",
                "title": "平昌县2019年自评报告",
                "date": "2019-12",
                "url": "https://example.org/report",
            },
        ),
        "editions": rows(
            "editions",
            {"year": 2019.0, "status": "已审核", "approved_by": "示例市人民政府教育督导委员会办公室"},
        ),
        "evaluations": rows(
            "evaluations",
            {
                "region_code": REAL,
                "year": 2019,
                "eval_id": "e1",
                "framework_id": "f1",
                "object_type": "县",
                "object_id": REAL,
                "step": "自评",
                "total": 98.0,
                "grade": "履职到位",
                "source_id": "self",
            },
        ),
        "eval_scores": rows(
            "eval_scores",
            {
                "region_code": REAL,
                "year": 2019,
                "eval_id": "e1",
                "item_id": "A3",
                "score": 23.0,
                "status": "基本达到",
                "deduction": 1.0,
                "reason": "=学前教育",
                "evidence": "内部佐证",
            },
        ),
        "framework_items": rows(
            "framework_items",
            {"framework_id": "f1", "item_id": "A3", "level": "一级", "name": "各类教育", "full_score": 24.0},
        ),
    } | changed
    for name in TABLES:
        tables.setdefault(name, empty_table(name))
    covers = pd.DataFrame(
        [
            {
                "region_code": key.region,
                "year": key.year,
                "office": "平昌县人民政府教育督导室",
                "source_id": "self",
                "note": None,
                "_file": f"data/{key.year}/{key.region}.xlsx",
            }
            for key in sorted({(k.year, k.region): k for k in KEYS}.values(), key=lambda k: k.address)
        ]
    )
    letters = {("data/2019/511923.xlsx", "指标数据"): {"value": "E"}}
    return Dataset(tables, covers, letters, {})


def output(shown: Any) -> Any:
    return new_output("display_data", shown._repr_mimebundle_())


def make_figure(id: str = "fig-1", number: int = 1, words: str = "小学") -> Figure:
    frame = pd.DataFrame({"stage": [words, "初中", "普通高中"], "value": [11648.78, 13418.99, 7917.15]})
    chart = (
        alt.Chart(frame)
        .mark_bar()
        .encode(x=alt.X("value:Q", title="元"), y=alt.Y("stage:N", sort=None, title=None))
    )
    rows = [[r["stage"], r["value"]] for r in frame.to_dict("records")]
    table = make_table(f"{id}-data", number, "生均经费", [Column("学段"), Column("2019年", "元", 2)], rows)
    spec = chart_spec(chart) | {"config": config()}
    return Figure(
        id,
        number,
        "生均一般公共预算教育经费",
        "小学11648.78元，初中13418.99元。",
        spec,
        table,
        source="自评报告",
    )


def make_table_sample() -> Table:
    return make_table(
        "table-1",
        1,
        "生均经费与上年比较",
        [Column("学段"), Column("2019年", "元"), Column("2018年", "元"), Column("比上年")],
        [
            ["小学", Number(11648.78, "元", 2), Number(10968.72, "元", 2, "约"), "增长6.20%"],
            ["初中", Number(13418.99, "元", 2), Number(None, "元", missing="未报"), "—"],
            ["特教", Number(3, "元", min_n=5), Number(None, "元"), "—"],
        ],
        source="平昌县2019年自评报告",
    )


def finance_notebook(region: str, year: int) -> Any:
    verdict = Verdict(
        "finance.per_pupil_budget.小学.growth",
        "小学生均一般公共预算教育经费比上年",
        "pass",
        "增长6.20%",
        "不低于上年",
        value=6.2,
        limit=0.0,
        op=">=",
        stage="小学",
        indicator_id="per_pupil_budget",
        headline=True,
    )
    facts = Facts(
        (
            Fact("小学生均经费", "11648.78元", "比上年增长6.20%", 11648.78, "元", "per_pupil_budget", "小学"),
            Fact("初中生均经费", "13418.99元", "比上年增长7.55%", 13418.99, "元", "per_pupil_budget", "初中"),
            Fact("教育经费总投入", "15.16亿元", "", 15.16, "亿元"),
        )
    )
    sentence = bind(
        "小学生均经费{value}，比上年增长{growth}。",
        {"value": Number(11648.78, "元", 2), "growth": Number(6.2, "%", 2)},
    )
    return new_notebook(
        cells=[
            new_markdown_cell("# 经费与专项资金\n\n本篇说明教育经费的投入和使用。", id="a"),
            new_code_cell("secret_code = 1", id="b", outputs=[output(Verdicts((verdict,)))]),
            new_markdown_cell("## 一、主要数字", id="c"),
            new_code_cell("facts", id="d", outputs=[output(facts), output(sentence)]),
            new_markdown_cell("## 二、生均经费", id="e"),
            new_code_cell(
                "chart",
                id="f",
                outputs=[
                    new_output("stream", name="stderr", text="warning on stderr"),
                    new_output("stream", name="stdout", text="共 3 个学段"),
                    output(make_figure()),
                    output(make_table_sample()),
                ],
            ),
        ]
    )


def balance_notebook(region: str, year: int) -> Any:
    value = {REAL: 0.501787, SAMPLE_A: 0.4312, SAMPLE_B: 0.5561}[region]
    outcome = "pass" if value <= 0.5 else "fail"
    whole = Verdict("balance.quality_2017", "县域义务教育优质均衡", outcome, headline=True)
    backbone = Verdict(
        "balance.quality_2017.小学.backbone.cv",
        "小学每百名学生拥有县级以上骨干教师数差异系数",
        outcome,
        f"{value:.4f}",
        "≤0.50",
        "" if outcome == "pass" else f"须再降低{value - 0.5:.4f}以上",
        value,
        0.5,
        "<=",
        "小学",
        "",
        "差异系数",
    )
    unknown = Verdict("balance.quality_2017.satisfaction", "社会认可度", "undetermined", "", "≥85%")
    frame = pd.DataFrame({"指标": ["骨干教师"], "差异系数": [value]})
    return new_notebook(
        cells=[
            new_markdown_cell("# 义务教育均衡", id="a"),
            new_markdown_cell("写给分析员", id="n", metadata={"tags": ["remove-cell"]}),
            new_code_cell(
                "y",
                id="h",
                metadata={"tags": ["hide-output"]},
                outputs=[new_output("stream", name="stdout", text="中间结果")],
            ),
            new_code_cell("x", id="b", outputs=[output(Verdicts((whole, backbone, unknown)))]),
            new_markdown_cell("## 校际差异\n\n差异系数见下表。", id="c"),
            new_code_cell(
                "frame",
                id="d",
                outputs=[
                    new_output(
                        "execute_result",
                        {"text/html": frame.to_html(), "text/plain": str(frame)},
                        execution_count=1,
                    ),
                ],
            ),
        ]
    )


def write_reports(folder: Path, keys: list[Key] | None = None) -> dict[Key, Path]:
    made = {}
    for key in KEYS if keys is None else keys:
        make = finance_notebook if key.area == "finance" else balance_notebook
        path = folder / f"{key.address}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(make(key.region, key.year), path)
        made[key] = path
    return made


@dataclass(frozen=True)
class Built:
    folder: Path
    publication: Publication
    dataset: Dataset
    reports: dict[Key, Path]
    store: Path
    summary: SiteSummary

    def page(self, address: str) -> str:
        return (self.folder / address.removeprefix("/")).read_text("utf-8")

    @property
    def notebooks(self) -> int:
        """How many different notebooks there are: equal ones have equal bodies, rendered once."""
        return len({path.read_bytes() for path in self.reports.values()})

    def again(self, out: Path, *, store: Path | None = None, workers: int = 1) -> SiteSummary:
        return build_site(
            self.publication,
            self.dataset,
            self.reports,
            WORKBOOKS,
            out,
            workers=workers,
            store=store or self.store,
        )


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
