"""The result of a verification as people and programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from gongbao.editions.rebuild import Rebuilt
from gongbao.editions.verify import Verified
from gongbao.editions.verify_records import KIND_WORDS, Finding


def as_json(result: Verified, rebuilt: Sequence[Rebuilt] = ()) -> str:
    """A JSON object; `whole` says in one word whether anything was found."""
    content = {
        "whole": not result.findings and not any(each.findings for each in rebuilt),
        **asdict(result),
        "rebuilt": [asdict(each) for each in rebuilt],
    }
    return json.dumps(content, ensure_ascii=False, indent=1)


def as_text(result: Verified, rebuilt: Sequence[Rebuilt] = ()) -> str:
    """Lines for a terminal: every finding, then what was checked."""
    return "\n".join([*_tree(result), *(line for each in rebuilt for line in _rebuilt(each))])


def _tree(result: Verified) -> Iterator[str]:
    yield from map(_line, result.findings)
    erased = f"（另有 {len(result.erased)} 个已撤回并删去）" if result.erased else ""
    checked = f"修订版 {len(result.revisions) - len(result.erased)} 个{erased}，核对文件 {result.files} 个"
    if result.findings:
        yield f"与封存时不符：{len(result.findings)} 处。{checked}。"
    else:
        yield f"完好：{checked}，逐字节与封存时相同。"
    if result.signed:
        keys = "、".join(sorted(set(result.signed.values())))
        yield f"有签名的修订版 {len(result.signed)} 个，密钥 {keys}（{_TRUST[result.trusted]}）。"
    if result.head:
        yield f"末尾摘要 {result.head}（另行记下，以后可用 --head 证明记录没有被改写）。"


def _rebuilt(each: Rebuilt) -> Iterator[str]:
    yield from map(_line, each.findings)
    if each.findings:
        yield f"重新生成 {each.revision}：{each.files} 个文件里有 {len(each.findings)} 处不同。"
        if each.explanations:
            yield "可能的原因，环境与封存时不同："
            yield from (f"- {text}" for text in each.explanations)
        else:
            yield "程序、Python 和各个库都与封存时相同：不同之处应出自数据以外的东西（如工作簿读了别的文件）。"
    else:
        yield f"重新生成 {each.revision}：{each.files} 个文件逐字节相同（程序：{each.code}）。"
    if each.left_out:
        yield f"未比较 {'、'.join(each.left_out)}：它们由前一个修订版比较得来，那一版已经删去。"


def _line(finding: Finding) -> str:
    return f"{KIND_WORDS[finding.kind]} {finding.path}：{finding.text}"


_TRUST = {True: "是给出的公钥", False: "没有给出公钥，只核对了签名没有损坏；用 --key 核对是谁签的"}
