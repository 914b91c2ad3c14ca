"""What `quarto render` calls last: drop scripts from other servers, add downloads and figures' files,
and read a whole render for what may not be published.

Quarto has written the pages by then: a leak makes the render fail, it can't keep the old site.
"""

import os
import sys
from pathlib import Path

from gongbao.data import read_dataset
from gongbao.gate import check_output, format_leaks
from gongbao.publication import open_publication
from gongbao.site.quarto import complete

if __name__ == "__main__":
    publication = open_publication()
    output = Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR", publication.output_folder))
    names = os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()
    complete(publication, output, [publication.root / name for name in names])
    if os.environ.get("QUARTO_PROJECT_RENDER_ALL") == "1":
        leaks = check_output(output, read_dataset(publication.root, publication.data))
        if leaks:
            sys.exit(format_leaks(leaks))
