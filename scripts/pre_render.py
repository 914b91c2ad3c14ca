"""What `quarto render` calls first: run the workbooks, write the pages' sources where Quarto finds them.

Rendering one file or folder leaves everything as it is.
"""

import os
import sys

from gongbao.build import Options, prepare_quarto
from gongbao.progress import progress_for
from gongbao.publication import open_publication

if __name__ == "__main__" and os.environ.get("QUARTO_PROJECT_RENDER_ALL") == "1":
    with progress_for(sys.stderr) as progress:
        summary = prepare_quarto(open_publication(), Options(), progress)
    if summary.failures:
        sys.exit("\n".join(str(failure) for failure in summary.failures))
