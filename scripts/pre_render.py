"""What `quarto render` calls first: run the workbooks, write the pages' sources where Quarto finds them.

Rendering one file or folder leaves everything as it is.
"""

import os
import sys
import tempfile
from pathlib import Path


def main() -> None:
    if os.environ.get("QUARTO_PROJECT_RENDER_ALL") != "1":
        return
    from gongbao.data import read_dataset
    from gongbao.publication import open_publication
    from gongbao.site.quarto import prepare_in_place
    from gongbao.workbooks import Job, default_executor, load_workbooks, plan_reports, run_reports
    from gongbao.workbooks.session import prepare

    publication = open_publication()
    dataset, workbooks = (
        read_dataset(publication.root, publication.data),
        load_workbooks(publication.workbooks),
    )
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory(prefix="gongbao-reports-") as folder:
        jobs = [
            Job(
                key,
                workbooks[key.area],
                {"region": key.region, "year": key.year},
                Path(folder) / f"{key.address}.ipynb",
            )
            for key in plan_reports(dataset, workbooks)
        ]
        runs = run_reports(
            jobs,
            executor=default_executor(),
            workers=workers,
            time_limit=publication.settings.time_limit,
            root=publication.root,
            on_done=lambda run: None,
            prepare=lambda: prepare(publication, dataset),
        )
        if failures := [str(run.failure) for run in runs if run.failure is not None]:
            sys.exit("\n".join(failures))
        reports = {run.key: run.target for run in runs}
        prepare_in_place(
            publication, dataset, reports, workbooks, workers=workers, store=publication.state / "store"
        )


if __name__ == "__main__":
    main()
