"""How the numbers of 义务教育均衡 were computed, in words: coefficients, their composite, schools at the standard."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gongbao.present import Basis, basis_of, plain
from gongbao.standards.rules import BASIC, COMPOSITE, QUALITY

Row = Mapping[Any, Any]
_PLACES = 4
_RULES = {
    QUALITY: "教督〔2017〕6号《县域义务教育优质均衡发展督导评估办法》及所附差异系数计算方法",
    BASIC: "教督〔2012〕3号《县域义务教育均衡发展督导评估暂行办法》及所附差异系数计算方法",
}


def coefficient_basis(row: Row, standard: str, year: int, data: str, source: str) -> Basis:
    """Of a row of `Balance.coefficients`; `data` says in which sheet and rows its operands stand."""
    reported = math.isnan(row["units"])
    known = not (math.isnan(row["std"]) or math.isnan(row["mean"]))
    # As many places as the coefficient has: with fewer their quotient would be another.
    std, mean = (plain(row[name], max(_PLACES, row["decimals"])) for name in ("std", "mean"))
    formula = "差异系数 ＝ 标准差 ÷ 平均值"
    if reported:
        formula += "，按已公布的县级数据" + ("" if known else "：差异系数为填报的数，原样引用")
    else:
        formula += "；平均值 ＝ 全县总数 ÷ 全县学生数，标准差按各校学生数加权，都由未舍入的数计算"
    return basis_of(
        (f"balance.{standard}.{row['level']}.{row['indicator_id']}",),
        f"{row['level']}{row['name']}的差异系数（{year}年）", row["cv_shown"],
        formula=formula,
        counted=f"标准差 {std} ÷ 平均值 {mean}（{row['unit']}）" if known else "",
        scope="" if reported else "；".join(filter(None, (f"计入 {int(row['units'])} 所学校", row["note"]))),
        data=data, rule=_RULES[standard], source=source,
        indicator_id=row["indicator_id"], statistic="差异系数", stage=row["level"],
    )  # fmt: skip


def composite_basis(
    level: str, shown: str, rows: Sequence[Row], year: int, note: str, data: str, source: str
) -> Basis:
    """Of the composite of 2012; `rows` are the coefficients of that level."""
    known = [row for row in rows if not math.isnan(row["cv"])]
    counted = ""
    if known and len(known) == len(rows):
        counted = f"（{' ＋ '.join(row['cv_shown'] for row in known)}）÷ {len(known)}"
    return basis_of(
        (f"balance.{BASIC}.{level}.composite",), f"{level}综合差异系数（{year}年）", shown,
        formula="各项指标差异系数的算术平均数" if counted else "各项指标差异系数的算术平均数，为填报的数，原样引用",
        counted=counted, scope=note, data=data, rule=_RULES[BASIC], source=source,
        indicator_id=COMPOSITE, statistic="差异系数", stage=level,
    )  # fmt: skip


def schools_basis(level: str, count: Row, rule: Mapping[str, str], year: int, data: str) -> Basis:
    """Of how many schools meet the school rule; `count` is a row of `BalanceSchools.counts`."""
    return basis_of(
        (f"balance.{QUALITY}.{level}.schools",), f"{level}达到学校标准的学校（{year}年）",
        f"{count['passed']}所/{count['schools']}所",
        formula=f"{rule['all']}项中至少{rule['needed']}项达到标准、其余不低于标准的{rule['share']}的学校，占计入的学校",
        counted=f"达到 {count['passed']} 所 ＋ 未达到 {count['failed']} 所 ＋ 数据不全 {count['open']} 所 ＝ "
        f"{count['schools']} 所",
        data=data, rule=_RULES[QUALITY],
    )  # fmt: skip


def parts_basis(key: str, label: str, shown: str, parts: Mapping[str, str], year: int, data: str) -> Basis:
    """Of a verdict that stands for several: `parts` are their names and outcomes in words."""
    return basis_of(
        (key,), f"{label}（{year}年）", shown, formula="各项都达标才算达标；有一项没有数据的，不能算达标",
        counted="；".join(f"{name} {outcome}" for name, outcome in parts.items()), data=data, rule=_RULES[QUALITY],
    )  # fmt: skip
