"""Makes a revision again, in a process of its own: `python -m gongbao.editions.remake REQUEST.json`.

Its own process, because the code that sealed the revision may be older than today's: then this module is
the older one too. So the request's form is a promise between versions and only ever grows:

    {"format": 1, "publication": folder with the recorded inputs, "release": fields of `Release`,
     "out": folder for the result, "site": folder that doesn't exist, "previous": folder of the revision
     that it followed or "", "options": {"workers": n, "executor": …}, "error": file for what went wrong}
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from gongbao.workbooks.process import limit_threads, skip_unused_imports

FORMAT = 1


def remake(request: dict[str, Any]) -> None:
    """Do what the request says. Raises whatever building an edition raises."""
    from gongbao.build import Options
    from gongbao.editions.release import make_revision
    from gongbao.progress import progress_for
    from gongbao.publication import Release, open_publication

    previous = request["previous"]
    with progress_for(sys.stderr) as progress:
        make_revision(
            open_publication(Path(request["publication"])), Release(**request["release"]), Path(request["out"]),
            Path(request["site"]), Options(**request["options"]), progress,
            previous=Path(previous) if previous else None,
        )  # fmt: skip


def main() -> int:
    """Exit status: 0 made; 1 an error a person can mend, whose text is in the file that the request names."""
    limit_threads()
    skip_unused_imports()
    request: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    try:
        remake(request)
    except Exception as error:
        from gongbao.commands import known_error, message_of

        if not known_error(error):
            raise
        Path(request["error"]).write_text(message_of(error), "utf-8")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
