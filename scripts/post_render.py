"""What `quarto render` calls last: drop scripts from other servers, add downloads and figures' files."""

import os
from pathlib import Path

from gongbao.publication import open_publication
from gongbao.site.quarto import complete

if __name__ == "__main__":
    publication = open_publication()
    output = Path(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR", publication.output_folder))
    names = os.environ.get("QUARTO_PROJECT_OUTPUT_FILES", "").splitlines()
    complete(publication, output, [publication.root / name for name in names])
