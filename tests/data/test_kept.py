"""What is kept of the data: the same as reading afresh, whatever changed, and never a damaged entry."""

from __future__ import annotations

import os
import pickle
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gongbao.data import DataError, Dataset, Problem, examine, read_dataset
from gongbao.data.groups import DataChangedError
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from small_publication import SHARED, SUBMITTED, Publication

REGIONS = (
    *SHARED["regions"],
    {"region_code": "990103", "region_name": "示例三县", "level": "县", "valid_from": 2000},
    {
        "region_code": "990104",
        "region_name": "示例四区",
        "level": "县",
        "valid_from": 2023,
        "former_code": "990105",
    },
    {"region_code": "990105", "region_name": "示例四县", "level": "县", "valid_to": 2022},
)
PLACES = (("990101", 2022), ("990101", 2023), ("990103", 2023), ("990104", 2023), ("990105", 2022))
LISTED = ({"source_id": "S9", "title": "本县的文件"},)


def file_of(region: str, year: int) -> str:
    return f"data/{year}/{region}.xlsx"


def submit(publication: Publication, region: str, year: int, **tables: Any) -> Path:
    cover = {"region_code": region, "year": year, "office": "督导室", "source_id": "S1"}
    own = {"evaluations": [dict(SUBMITTED["evaluations"][0], object_id=region)]}
    return publication.submit(name=file_of(region, year), cover=cover, **(own | tables))


@pytest.fixture
def country(publication: Publication) -> Publication:
    """Five submissions of three places; one has changed its code in between."""
    publication.share(regions=REGIONS)
    for region, year in PLACES:
        submit(publication, region, year)
    return publication


def state(found: tuple[Dataset, list[Problem]]) -> dict[str, Any]:
    """Everything that a dataset says, as plain values."""
    dataset, problems = found
    values = {name: dataset.tables[name].to_numpy(dtype=object).tolist() for name in TABLES}
    return {
        "problems": problems,
        "warnings": dataset.warnings,
        "tables": repr(values),
        "types": [dataset.tables[name].dtypes.astype(str).to_dict() for name in TABLES],
        "covers": repr(dataset.covers.to_dict("records")),
        "digests": dict(dataset.digests),
        "rows": repr([dataset.rows(n, *s) for n in SUBMISSION_TABLES for s in dataset.submissions()]),
        "fingerprints": [
            dataset.fingerprint(name, *place)
            for name in TABLES
            for place in (("*", 0), *((r, y) for r, y in dataset.submissions()))
        ],
        "places": [
            str(dataset.place(row, column))
            for name in TABLES
            for row in dataset.rows(name)
            for column in list(row)[:3]
        ],
    }


def read(publication: Publication, keep: Path | None = None, workers: int = 1) -> dict[str, Any]:
    return state(examine(publication.root, publication.data, keep=keep, workers=workers))


def entries(keep: Path, kind: str) -> set[Path]:
    return {path for path in (keep / kind).glob("*/*") if path.is_file()}


def edit(publication: Publication, chance: random.Random) -> str:
    """Change one thing, at random; returns what."""
    region, year = chance.choice(PLACES)
    path = publication.root / file_of(region, year)
    kinds = (
        "value",
        "wrong",
        "sources",
        "schools",
        "gone",
        "back",
        "broken",
        "regions",
        "sources.csv",
        "csv",
    )
    kind = chance.choice(kinds)
    rows = [dict(row) for row in SUBMITTED["indicator_values"]]
    if kind == "value":
        rows[0]["value"] = chance.choice([15.2, 16, 1516, 0.1516])
        submit(publication, region, year, indicator_values=rows)
    elif kind == "wrong":
        rows[1] = rows[1] | {"value": "很多", "source_id": chance.choice(["S7", "S9"])}
        submit(publication, region, year, indicator_values=[*rows, rows[2]])
    elif kind == "sources":
        rows[0]["source_id"] = chance.choice(["S9", "S8"])
        submit(publication, region, year, indicator_values=rows, sources=LISTED)
    elif kind == "schools":
        submit(publication, region, year, school_year=SUBMITTED["school_year"][chance.randrange(4) :])
    elif kind == "gone":
        path.unlink(missing_ok=True)
    elif kind == "back":
        submit(publication, region, year)
    elif kind == "broken":
        path.write_bytes(path.read_bytes()[: chance.randrange(4000)] if path.exists() else b"")
    elif kind == "regions":
        publication.share(regions=REGIONS[: chance.randrange(1, len(REGIONS) + 1)])
    elif kind == "sources.csv":
        publication.share(regions=REGIONS, sources=[*SHARED["sources"], *LISTED][: chance.randrange(1, 4)])
    else:  # the same place given twice, or a stray file
        name = chance.choice(["学校.csv", "什么.csv"])
        publication.csv(f"data/{year}/{region}/{name}", "schools", SUBMITTED["schools"])
    return f"{kind} {region} {year}"


@pytest.mark.parametrize("seed", range(2))
def test_what_is_kept_is_what_reading_afresh_gives(country: Publication, tmp_path: Path, seed: int) -> None:
    chance, done = random.Random(seed), []
    keep = tmp_path / "keep"
    for _ in range(8):
        done.append(edit(country, chance))
        fresh = read(country)
        assert read(country, keep) == fresh, done
        assert read(country, keep) == fresh, done


def test_one_changed_file_is_one_file_read_and_one_group_checked(
    country: Publication, tmp_path: Path
) -> None:
    keep = tmp_path / "keep"
    read(country, keep)
    files, groups, parts = (entries(keep, kind) for kind in ("files", "groups", "parts"))
    assert len(groups) == 3 and len(parts) == len(PLACES)
    read(country, keep)
    assert (entries(keep, "files"), entries(keep, "groups")) == (files, groups)
    submit(country, "990103", 2023, schools=SUBMITTED["schools"][:1], school_year=[])
    read(country, keep)
    new_files, new_groups, new_parts = (
        entries(keep, kind) - old for kind, old in (("files", files), ("groups", groups), ("parts", parts))
    )
    assert (len(new_files), len(new_groups), len(new_parts)) == (1, 1, 1)


def test_a_shared_table_that_no_submission_is_checked_against_checks_none_again(
    country: Publication, tmp_path: Path
) -> None:
    keep = tmp_path / "keep"
    read(country, keep)
    groups = entries(keep, "groups")
    country.share(regions=REGIONS, targets=[])
    assert read(country, keep) == read(country)
    assert entries(keep, "groups") == groups
    country.share(regions=REGIONS, sources=SHARED["sources"][:1])
    assert read(country, keep) == read(country)
    assert len(entries(keep, "groups")) == 2 * len(groups)


@pytest.mark.parametrize("kind", ["files", "shared", "groups", "parts"])
@pytest.mark.parametrize("damage", ["cut", "turned", "gone"])
def test_a_damaged_entry_is_read_again(country: Publication, tmp_path: Path, kind: str, damage: str) -> None:
    keep = tmp_path / "keep"
    fresh = read(country)
    read(country, keep)
    for path in entries(keep, kind):
        data = bytearray(path.read_bytes())
        if damage == "gone":
            path.unlink()
            continue
        if damage == "turned":
            data[len(data) // 2] ^= 1
        path.write_bytes(data[: len(data) // 2] if damage == "cut" else data)
    if kind == "files":  # they are asked for when a shared table changes
        for path in entries(keep, "groups"):
            path.unlink()
    assert read(country, keep) == fresh


def test_rows_that_are_gone_and_whose_file_has_changed_are_not_made_up(
    country: Publication, tmp_path: Path
) -> None:
    keep = tmp_path / "keep"
    dataset, _ = examine(country.root, country.data, keep=keep)
    for path in entries(keep, "parts") | entries(keep, "files"):
        path.unlink()
    assert dataset.rows("schools", "990101", 2023)[0]["school_name"] == "示例一小"
    submit(country, "990103", 2023, schools=SUBMITTED["schools"][:1], school_year=[])
    with pytest.raises(DataChangedError, match=r"data/2023/990103\.xlsx"):
        dataset.rows("schools", "990103", 2023)


def test_a_dataset_is_its_index_until_rows_are_asked_for(country: Publication, tmp_path: Path) -> None:
    dataset, _ = examine(country.root, country.data, keep=tmp_path / "keep")
    before = {place: dataset.fingerprint("school_year", *place) for place in dataset.submissions()}
    small = len(pickle.dumps(dataset))
    assert dataset.tables["school_year"].shape[0] == 4 * len(PLACES)
    assert dataset.rows("schools", "990101", 2023) is dataset.rows("schools", "990101", 2023)
    assert len(pickle.dumps(dataset)) <= small
    other = pickle.loads(pickle.dumps(dataset))
    other.forget("990101", 2023)
    assert {place: other.fingerprint("school_year", *place) for place in other.submissions()} == before
    assert state((other, [])) == state((dataset, []))
    assert dataset.count("schools", "990101", 2023) == 2
    assert dataset.words("indicator_values", "990101", 2023) == ("checks", "rate", "spend")


def test_a_source_that_one_county_lists_is_no_other_countys(country: Publication, tmp_path: Path) -> None:
    before, _ = examine(country.root, country.data)
    submit(country, "990103", 2023, sources=LISTED)
    after, problems = examine(country.root, country.data, keep=tmp_path / "keep")
    assert not [p for p in problems if p.severity == "error"]
    assert list(after.table("sources", "990103", 2023)["source_id"]) == ["S1", "S2", "S9"]
    assert [row["source_id"] for row in after.rows("sources", "990101", 2023)] == ["S1", "S2"]
    same = [p for p in PLACES if before.fingerprint("sources", *p) == after.fingerprint("sources", *p)]
    assert same == [place for place in PLACES if place != ("990103", 2023)]
    assert before.fingerprint("sources") != after.fingerprint("sources")
    assert list(after.tables["sources"]["source_id"]) == ["S1", "S2", "S9"]


def test_several_processes_read_what_one_reads(country: Publication, tmp_path: Path) -> None:
    codes = [f"98{number:04}" for number in range(60)]  # more than are checked together
    rows = [{"region_code": code, "region_name": f"县{code}", "level": "县"} for code in codes]
    country.share(regions=[*REGIONS, *rows])
    first = submit(country, codes[0], 2023).read_bytes()
    for code in codes[1:]:
        (country.root / file_of(code, 2023)).write_bytes(first)
    fresh = read(country)
    assert len([p for p in fresh["problems"] if p.code == "cover-mismatch"]) == 59
    assert read(country, tmp_path / "keep", workers=2) == fresh
    assert read(country, workers=2) == fresh


READ = """
import sys
from pathlib import Path
from gongbao.data import read_dataset
root, keep = Path(sys.argv[1]), Path(sys.argv[2])
print(len(read_dataset(root, root / "data", keep=keep).submissions()), flush=True)
"""


def start(publication: Publication, keep: Path) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", READ, str(publication.root), str(keep)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_kill_in_the_middle_leaves_nothing_wrong(country: Publication, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    fresh = read(country)
    killed = 0
    for wanted in (1, 3, 6):  # entries that stand when it is killed
        process = start(country, keep)
        while process.poll() is None and len(list(keep.glob("*/*/*"))) < wanted:
            time.sleep(0.001)
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
    assert killed
    assert read(country, keep) == fresh
    assert read(country, keep) == fresh


def test_two_builds_share_what_is_kept(country: Publication, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    both = [start(country, keep) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert out.strip() == str(len(PLACES)), err
    assert read(country, keep) == read(country)


def test_a_full_disk_is_said_and_harms_nothing(country: Publication, tmp_path: Path) -> None:
    """On a small file system of its own (mounted in a namespace, so no rights are needed)."""
    script = 'mount -t tmpfs -o size=8k tmpfs "$3" && exec "$0" -c "$1" "$2" "$3"'
    keep = tmp_path / "keep"
    keep.mkdir()
    arguments = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    arguments += [sys.executable, READ, str(country.root), str(keep)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "[Errno 28]" in done.stderr.splitlines()[-1]


def test_a_folder_that_nobody_may_write_to_keeps_nothing(country: Publication, tmp_path: Path) -> None:
    script = 'mount -t tmpfs -o ro,size=1m tmpfs "$3" && exec "$0" -c "$1" "$2" "$3"'
    keep = tmp_path / "keep"
    keep.mkdir()
    arguments = ["unshare", "--map-root-user", "--mount", "sh", "-c", script]
    arguments += [sys.executable, READ, str(country.root), str(keep)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == str(len(PLACES)), done.stderr


def test_errors_are_kept_too(country: Publication, tmp_path: Path) -> None:
    submit(country, "990103", 2023, indicator_values=[{"indicator_id": "spent", "stage": "全部", "value": 1}])
    found = []
    for _ in range(2):
        with pytest.raises(DataError) as error:
            read_dataset(country.root, country.data, keep=tmp_path / "keep")
        found.append(error.value.problems)
    assert found[0] == found[1] and found[0]


def test_the_oldest_of_what_is_no_longer_used_goes(country: Publication, tmp_path: Path) -> None:
    keep = tmp_path / "keep"
    read(country, keep)
    used = entries(keep, "groups") | entries(keep, "parts")
    for number in range(200):
        old = keep / "parts" / "00" / f"{number:064}"
        old.parent.mkdir(exist_ok=True)
        old.write_bytes(b"of last year")
        os.utime(old, (number, number))
    submit(country, "990103", 2023, schools=SUBMITTED["schools"][:1], school_year=[])
    read(country, keep)
    left = {int(path.name) for path in (keep / "parts" / "00").iterdir() if path.name.isdigit()}
    assert left == set(range(200 - len(left), 200)) and 0 < len(left) < 60
    gone = used - entries(keep, "groups") - entries(keep, "parts")
    assert len(gone) <= 2  # those of the submission that was changed
