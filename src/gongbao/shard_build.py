"""Building one shard of a publication, and building the site from all of them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gongbao.build import Options, SiteSteps, Summary, build, disk_errors, only_build, raise_if_disk_full
from gongbao.cache import cache_at
from gongbao.cache_room import in_use
from gongbao.data import read_dataset
from gongbao.in_place import recover
from gongbao.publication import Publication
from gongbao.running import Progress, Reports
from gongbao.shards import Basis, Record, Shard, not_there, take_shards
from gongbao.site.build import draw_places
from gongbao.site.inputs import SiteInputs
from gongbao.site.plan import plan_of
from gongbao.standing import Standing
from gongbao.workbooks import load_workbooks, plan_reports


def build_shard(publication: Publication, options: Options, shard: Shard, progress: Progress) -> Summary:
    """Run the reports of one shard, draw their charts and render them: all of it into the cache.

    No site is made. Failed reports are in the summary and in the shard's record. Raises like `build`.
    """
    publication.state.mkdir(parents=True, exist_ok=True)
    cache, limit = cache_at(publication.cache), publication.settings.cache.limit
    with only_build(publication), disk_errors(), in_use(cache, limit):
        recover(publication)
        progress.stage("读取并检查数据", 1)
        dataset = read_dataset(
            publication.root, publication.data, keep=publication.state / "data", workers=options.workers
        )
        progress.step("")
        workbooks = load_workbooks(publication.workbooks)
        planned = plan_reports(dataset, workbooks, internal=publication.internal)
        keys = shard.keys(planned)
        staging = publication.state / "staging"
        work = Reports(publication, dataset, workbooks, options, staging)
        try:
            work.look_up(keys)
            work.run(progress)
            raise_if_disk_full(work.failures)
            if work.ready:
                inputs = SiteInputs(
                    publication, dataset, work.ready, workbooks, publication.cache, options.workers,
                    plan_of(planned),
                )  # fmt: skip
                draw_places(inputs, staging / "site", progress=SiteSteps(progress))
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        basis = Basis.of(publication, dataset, workbooks)
        addresses = tuple(key.address for key in keys)
        Record(shard, basis, addresses, work.failures).write(publication.cache)
    done = len(keys) - len(work.failures)
    return Summary(
        len(keys), work.executed, done - work.executed, (), work.failures, dataset.warnings, None,
        work.notes(keys),
    )  # fmt: skip


def merge(
    publication: Publication,
    folders: Sequence[Path],
    options: Options,
    progress: Progress,
    standing: Standing,
) -> Summary:
    """Take what the shards have made and build the site from it: the same bytes as of one build.

    If reports failed in a shard, the summary holds the failures and no site is made. Raises ShardError when the
    shards don't cover all reports, don't fit, or are damaged, and like `build`.
    """
    publication.state.mkdir(parents=True, exist_ok=True)
    cache, limit = cache_at(publication.cache), publication.settings.cache.limit
    with only_build(publication), disk_errors(), in_use(cache, limit):
        progress.stage("合并分片", 1)
        dataset = read_dataset(
            publication.root, publication.data, keep=publication.state / "data", workers=options.workers
        )
        workbooks = load_workbooks(publication.workbooks)
        keys = plan_reports(dataset, workbooks, internal=publication.internal)
        basis = Basis.of(publication, dataset, workbooks)
        taken = take_shards(folders, publication.cache, basis, [key.address for key in keys])
        failed = {failure.key for failure in taken.failures}
        # Nothing shall be run here: whatever can't be found is left out and named.
        nothing = replace(options, years=(0,), fresh=False)
        work = Reports(publication, dataset, workbooks, nothing, publication.state / "staging")
        work.look_up(key for key in keys if key not in failed)
        if work.left_out:
            raise not_there([key.address for key in work.left_out], taken.damaged)
        progress.step("")
    if taken.failures:
        return Summary(
            len(keys), 0, len(work.ready), (), taken.failures, dataset.warnings, None, work.notes(keys)
        )
    return build(publication, options, progress, standing)
