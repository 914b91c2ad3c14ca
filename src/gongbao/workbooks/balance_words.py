"""What the bulletin says of 义务教育均衡: key figures and sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongbao.present import Fact, Sentence, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.rules import QUALITY
from gongbao.workbooks.balance_bases import schools_basis
from gongbao.workbooks.balance_counts import COUNT, RESOLVED, large_class_sentence, layout_sentence
from gongbao.workbooks.findings import coefficient_finding
from gongbao.workbooks.topics import key_facts, topic_sentences

if TYPE_CHECKING:
    from gongbao.workbooks.balance import Balance


def balance_facts(balance: Balance) -> list[Fact]:
    """At most eight: schools that meet the rule, coefficients met, approval, then the other values."""
    found = []
    for r in row_dicts(balance.schools.counts()) if balance.schools else []:
        shown = f"{r['passed']}所/{r['schools']}所"
        basis = schools_basis(r["level"], r, balance.rule(), balance.year, balance.school_rows)
        label = f"{r['level']}达到学校标准"
        found.append(Fact(label, shown, "", float(r["passed"]), "所", stage=r["level"], basis=basis))
    if balance.parts and balance.parts.approval.share is not None:
        share, said = balance.parts.approval.share, balance.parts.approval.said("balance")
        found.append(Fact("义务教育社会认可度", f"{plain(share, 2)}%", "", share, "%", basis=said))
    return [*found, *key_facts(balance.others, 8 - len(found))][:8]


def balance_summary(balance: Balance) -> list[Sentence]:
    """Coefficients, schools, the parts beyond resources, approval, then the other values by topic."""
    table = balance.coefficients(QUALITY)
    found = [coefficient_finding(table)] if len(table) and table["limit"].notna().any() else []
    for r in row_dicts(balance.schools.counts()) if balance.schools else []:
        found.append(
            bind("{level}计入{n}所学校，{passed}所达到学校标准，{failed}所未达到，{open}所数据不全。",
                 {"level": r["level"], "n": r["schools"], **{k: r[k] for k in ("passed", "failed", "open")}})
        )  # fmt: skip
    if balance.parts:
        for part in balance.parts.all:
            if part:
                found.append(bind("{name}：{counts}。", {"name": part.name, "counts": part.counts()}))
        found += balance.parts.approval.sentences()
    for r in row_dicts(balance.composites()):
        found.append(
            bind("{level}基本均衡综合差异系数{cv}，{outcome}。",
                 {"level": r["level"], "cv": r["cv_shown"], "outcome": r["outcome"].label})
        )  # fmt: skip
    points = balance.layout(balance.values.assign(year=balance.year))
    found += [layout_sentence(frame) for frame in points]
    told = {str(frame["name"].iloc[0]) for frame in points}
    large = large_class_sentence(balance.values)
    found += [large] if large else []
    rest = balance.others[
        ~balance.others["name"].isin(list(told)) & ~balance.others["indicator_id"].isin([COUNT, RESOLVED])
    ]
    return found + topic_sentences(rest, balance.year)
