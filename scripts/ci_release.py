"""What a release in CI calls: a tag, or a year and a reason typed into a form, becomes `gongbao release`.

RELEASE_TAG=release/2019-r2 python scripts/ci_release.py --branch gh-pages --remote origin
RELEASE_YEAR=2019 RELEASE_REASON=… python scripts/ci_release.py --branch gh-pages --remote origin

A tag says which revision it is for, so that running it again can't release another. The reason of a
correction is the message of the annotated tag. Other arguments go to `gongbao release` as they are.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping

TAG = re.compile(r"release/(\d{4})(?:-r([1-9]\d*))?")


def release_arguments(environment: Mapping[str, str], message: str) -> list[str]:
    """Arguments of `gongbao release`. `message`: that of the annotated tag, "" for a tag without one.

    Raises ValueError, in Chinese, for a tag or year that names no edition, and a correction without a reason.
    """
    tag, year = environment.get("RELEASE_TAG", ""), environment.get("RELEASE_YEAR", "").strip()
    reason = environment.get("RELEASE_REASON", "").strip()
    if not tag:
        if not re.fullmatch(r"\d{4}", year):
            raise ValueError(f"“{year}”不是年度：请填四位数字，如 2019。")
        return [year, *([f"--reason={reason}"] if reason else [])]
    match = TAG.fullmatch(tag)
    if match is None:
        raise ValueError(f"标签 {tag} 看不懂：首次发布用 release/2019，更正用 release/2019-r2。")
    revision = int(match[2] or 1)
    if revision == 1:
        return [match[1], "--revision=1"]
    if not message.strip():
        raise ValueError(f'更正要写原因，它会公开：请用带说明的标签，如 git tag -a {tag} -m "原因"。')
    return [match[1], f"--revision={revision}", f"--reason={' '.join(message.split())}"]


def tag_message(tag: str) -> str:
    """The message of an annotated tag, "" for a light one. CI checks out a tag's commit without the tag."""
    reference = f"refs/tags/{tag}"
    subprocess.run(["git", "fetch", "--quiet", "--force", "origin", f"{reference}:{reference}"], check=True)
    asked = [
        "git",
        "for-each-ref",
        "--format=%(objecttype)%0a%(contents:subject)%0a%(contents:body)",
        reference,
    ]
    kind, _, message = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.partition(
        "\n"
    )
    return message.strip() if kind == "tag" else ""


def main() -> None:
    tag = os.environ.get("RELEASE_TAG", "")
    try:
        arguments = release_arguments(os.environ, tag_message(tag) if TAG.fullmatch(tag) else "")
    except ValueError as error:
        sys.exit(f"错误：{error}")
    command = [sys.executable, "-m", "gongbao", "release", *arguments, *sys.argv[1:]]
    sys.exit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
