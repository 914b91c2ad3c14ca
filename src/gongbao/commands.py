"""The commands. Everything that is printed for a person is printed here."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongbao import cli_cache, cli_editions, cli_pack
from gongbao.publication import Publication, PublicationError, open_publication
from gongbao.workbooks.memory import lasting_imports

if TYPE_CHECKING:
    from gongbao.build import Summary
    from gongbao.standing import Standing


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="gongbao")
@click.option("--debug", is_flag=True, help="出错时显示完整的调用栈。")
@click.pass_context
def cli(context: click.Context, debug: bool) -> None:
    """Gongbao 公报：由填报表和工作簿生成教育督导公报网站。"""
    context.obj = debug


@cli.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--region", "codes", multiple=True, help="行政区划代码，如 511923（可重复）。")
@click.option("--name", "names", multiple=True, help="地方的名称，如 平昌县（可重复）；重名时用代码。")
@click.option("--year", type=int, help="公报年度；默认为去年。")
def new(folder: Path, codes: tuple[str, ...], names: tuple[str, ...], year: int | None) -> None:
    """新建一个自己的公报站点：设置、全国的指标和标准、空白填报表、十二个工作簿和页面。"""
    from datetime import date

    from gongbao.starting import start_publication

    made = start_publication(folder, codes, names, date.today().year - 1 if year is None else year)
    click.echo(f"已建好 {made.folder}。填报表：{'、'.join(made.submissions)}。")
    click.echo(
        "下一步：进入这个文件夹，填好填报表，运行 gongbao check，再运行 gongbao build。说明见 README.md。"
    )


@cli.command()
@click.option("--region", required=True, help="行政区划代码，如 511923。")
@click.option("--year", required=True, type=int, help="公报年度，如 2019。")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写到哪个文件；默认 <年度>-<代码>-填报表.xlsx。",
)
@click.option("--force", is_flag=True, help="覆盖已有的文件。")
def template(region: str, year: int, out: Path | None, force: bool) -> None:
    """生成一个县一年的空白填报表（.xlsx），带说明、下拉选项和上年数值。"""
    from gongbao.data import DataError, examine
    from gongbao.data.schema import SHARED_TABLES
    from gongbao.data.template import write_template

    publication = open_publication()
    dataset, problems = examine(publication.root, publication.data, keep=publication.kept_data)
    shared = tuple(f"{publication.settings.data}/{name}." for name in SHARED_TABLES)
    wrong = [p for p in problems if p.severity == "error" and p.place.file.startswith(shared)]
    if wrong or not publication.data.is_dir():
        # A form made from broken definitions would lack what it can't name.
        raise (
            DataError(wrong)
            if wrong
            else click.ClickException(f"没有数据文件夹 {publication.settings.data}/。")
        )
    target = out or Path(f"{year}-{region}-填报表.xlsx")
    write_template(target, dataset, region, year, force=force)
    click.echo(
        f"已生成 {target}。填好后存到 {publication.settings.data}/{year}/{region}.xlsx，再运行 gongbao check。"
    )


@cli.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "github"]), default="text", help="输出格式。"
)
def check(files: tuple[Path, ...], style: Any) -> None:
    """检查全部数据（或指定的填报表），一次列出所有问题。有错误时退出码为 1。"""
    with lasting_imports():
        from gongbao.data import examine, examine_submission, format_problems

    publication = open_publication()
    kept = publication.kept_data
    if files:
        problems = [
            p for f in files for p in examine_submission(publication.root, publication.data, f, keep=kept)[1]
        ]
    else:
        problems = examine(publication.root, publication.data, keep=kept)[1]
    click.echo(format_problems(problems, style))
    if any(p.severity == "error" for p in problems):
        raise SystemExit(1)


@cli.command("list")
def list_reports() -> None:
    """列出有数据的报告（年度/区划/领域）。"""
    from gongbao.data import read_dataset
    from gongbao.workbooks import load_workbooks, plan_reports

    publication = open_publication()
    dataset = read_dataset(publication.root, publication.data, keep=publication.kept_data)
    for key in plan_reports(dataset, load_workbooks(publication.workbooks)):
        click.echo(key.address)


@cli.command()
@click.option(
    "--executor",
    type=click.Choice(["forked", "jupyter"]),
    help="forked：快，Linux/macOS 默认；jupyter：每份报告一个新内核，Windows 默认。",
)
@click.option(
    "--engine", type=click.Choice(["embedded", "quarto"]), default="embedded", help="网页生成方式。"
)
@click.option("--workers", type=click.IntRange(min=1), help="同时运行几份；默认为处理器核数。")
@click.option("--region", "regions", multiple=True, help="只运行这些区划（可重复）。")
@click.option("--year", "years", multiple=True, type=int, help="只运行这些年度（可重复）。")
@click.option("--area", "areas", multiple=True, help="只运行这些领域（可重复）。")
@click.option(
    "--scheduler",
    default="",
    help="Dask 调度器的地址，如 tcp://10.0.0.5:8786：报告由它的工作机器运行（要另装 gongbao[dask]）。",
)
@click.option(
    "--shard",
    default="",
    metavar="K/N",
    help="只运行第 K 份（共 N 份，如 3/10），结果留在缓存里，不生成网站；用 gongbao merge 合并。",
)
@click.option("--fresh", is_flag=True, help="不用以前的运行结果，全部重新运行。")
@click.option(
    "--internal",
    is_flag=True,
    help="生成只供本单位使用的内部资料（含内部指标和小数值），写到 _internal/，每页有水印，不能公开。",
)
@click.option(
    "--summary", type=click.Path(path_type=Path, dir_okay=False), help="把结果另存为 JSON，供 CI 使用。"
)
def build(
    executor: Any,
    engine: Any,
    workers: int | None,
    regions: tuple[str, ...],
    years: tuple[int, ...],
    areas: tuple[str, ...],
    scheduler: str,
    shard: str,
    fresh: bool,
    internal: bool,
    summary: Path | None,
) -> None:
    """运行工作簿，生成网站。有报告失败时其余照常运行，原有网站不变，退出码为 1。

    生成的网站先通过公开前检查（见 gongbao gate），有不得公开的内容就不替换原有网站，退出码为 1。
    """
    from gongbao.standing import Standing

    publication = open_publication()
    if internal:
        publication = publication.for_office()
    if shard:
        if regions or years or areas or engine == "quarto":
            raise click.UsageError("--shard 不能和 --region、--year、--area、--engine quarto 一起用。")
        cli_cache.run_shard(
            publication,
            shard,
            {"executor": executor, "workers": workers, "scheduler": scheduler, "fresh": fresh},
            summary,
        )
        return
    selection = {"regions": regions, "years": years, "areas": areas}
    standing = Standing.look(publication, selection) if engine == "embedded" else None
    last = standing.last() if standing is not None and not fresh else None
    if last is not None:  # the site is what this build would make
        say(last["lines"])
        write_summary(last["summary"], summary)
        return
    if standing is not None:
        standing.look_ahead()
    with lasting_imports():
        from gongbao.build import Options
        from gongbao.build import build as run_build
        from gongbao.progress import progress_for

    chosen: dict[str, Any] = {"executor": executor, "workers": workers}
    options = Options(
        engine=engine,
        regions=regions,
        years=years,
        areas=areas,
        fresh=fresh,
        scheduler=scheduler,
        **{name: value for name, value in chosen.items() if value},
    )
    with progress_for(sys.stderr) as progress:
        result = run_build(publication, options, progress, standing)
    tell(publication, result, summary, standing)


def tell(publication: Publication, result: Summary, summary: Path | None, standing: Standing | None) -> None:
    """Say what a build did and remember it for the next one; ends the command if reports failed."""
    from gongbao.build import again_unchanged

    output = publication.output_folder.name
    say(_lines(result, output))
    write_summary(asdict(result), summary)
    if result.failures:
        raise SystemExit(1)
    if standing is not None:
        again = again_unchanged(result)
        standing.keep(
            {"lines": _lines(again, output), "summary": json.loads(json.dumps(asdict(again), default=str))}
        )


def write_summary(content: Any, path: Path | None) -> None:
    """The result of a command as JSON, where that was asked for."""
    if path is not None:
        text = json.dumps(content, ensure_ascii=False, indent=2, default=str)
        path.write_text(text + "\n", "utf-8")


def say(lines: list[tuple[str, bool]]) -> None:
    """Print lines, those marked so on the error stream."""
    for text, err in lines:
        click.echo(text, err=err)


def notices(result: Summary) -> list[tuple[str, bool]]:
    """What a build has to say besides its result: of the data, the workbooks, and each failure."""
    from gongbao.data import format_problems

    lines = [(format_problems(list(result.warnings), "text"), True)] if result.warnings else []
    said = (*result.notes, *(result.site.warnings if result.site else ()))
    lines += [(f"提醒 {warning}", True) for warning in said]
    return [*lines, *((str(failure), True) for failure in result.failures)]


def _lines(result: Summary, output: str) -> list[tuple[str, bool]]:
    """What a build says at its end, and what of it is no result (for the error stream)."""
    lines = notices(result)
    if result.left_out:
        lines.append((f"未选且没有可用旧结果的 {len(result.left_out)} 份报告不在本次网站里。", True))
    counts = f"报告 {result.planned} 份：运行 {result.executed}，未变 {result.unchanged}，失败 {len(result.failures)}"
    if result.site:
        made = f"网页 {result.site.pages} 个，图 {result.site.figures} 幅"
        lines.append((f"{counts}；{made}。网站在 {output}/。", False))
    else:
        lines.append((f"{counts}。原有网站未改动。", True))
    return lines


@cli.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "github"]), default="text", help="输出格式。"
)
@click.option("--workers", type=click.IntRange(min=1), help="同时检查几份；默认为处理器核数。")
def gate(folder: Path | None, style: Any, workers: int | None) -> None:
    """公开前检查：读网站的每个文件，找出不得公开的内容，一次列出。

    查内部指标、考试成绩、排名、个人信息、1 至 4 人的小数值（包括可推算的）、分母不足的比率和未获准公开的
    学校。FOLDER 默认为网站所在的文件夹。有一处就退出码为 1；内部资料（_internal）一律不通过。
    """
    from gongbao.data import read_dataset
    from gongbao.gate import check_output, format_leaks

    publication = open_publication()
    dataset = read_dataset(publication.root, publication.data, keep=publication.kept_data)
    leaks = check_output((folder or publication.output_folder).resolve(), dataset, workers)
    click.echo(format_leaks(leaks, style))
    if leaks:
        raise SystemExit(1)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。")
@click.option("--port", default=8000, show_default=True, help="端口。")
@click.option("--open/--no-open", "open_browser", default=True, help="是否打开浏览器。")
@click.option("--executor", type=click.Choice(["forked", "jupyter"]), help="同 build。")
@click.option(
    "--into",
    "tree",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="发布目录：每份报告都可以与已发布的版本左右对照，标出不同。",
)
@click.option("--branch", help="发布在哪个 Git 分支（如 gh-pages）；代替 --into，只读，以启动时的分支为准。")
@click.option("--remote", help="分支所在的远程仓库（如 origin）；只和 --branch 一起用。")
def preview(
    host: str,
    port: int,
    open_browser: bool,
    executor: str | None,
    tree: Path | None,
    branch: str | None,
    remote: str | None,
) -> None:
    """在本机查看网站；数据、工作簿、页面、样式一改动就只重做变化的部分并刷新网页。

    给出 --into 或 --branch，报告页的右下角就有“与已发布的对照”：左边是已发布的，右边是草稿，不同之处都标出来，
    按 N、P 逐处查看。
    只读，不写发布目录和分支，也不改 _site。
    """
    if tree and branch:
        raise click.UsageError("--into 和 --branch 二者取一。")
    if remote and not branch:
        raise click.UsageError("--remote 只和 --branch 一起用。")
    from gongbao.editions.beside import Beside
    from gongbao.editions.branch import copy_shown
    from gongbao.site.preview import serve

    command = [sys.executable, "-m", "gongbao", "build", *(["--executor", executor] if executor else [])]
    publication = open_publication()
    with ExitStack() as stack:
        if branch:
            tree = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gongbao-")))
            copy_shown(publication.root, branch, tree, remote=remote)
        beside = Beside(tree.resolve(), publication.output_folder) if tree else None
        serve(publication, command, host=host, port=port, open_browser=open_browser, beside=beside)


for command in (*cli_editions.COMMANDS, *cli_cache.COMMANDS, *cli_pack.COMMANDS):
    cli.add_command(command)


def run(arguments: list[str] | None = None) -> None:
    """Run a command; an error that a person can mend is printed as one, a traceback only with --debug."""
    given = sys.argv[1:] if arguments is None else arguments
    try:
        cli.main(args=given, prog_name="gongbao", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        raise SystemExit(error.exit_code) from error
    except click.ClickException as error:
        click.echo(f"错误：{usage(error)}", err=True)
        raise SystemExit(error.exit_code) from error
    except click.Abort as error:
        click.echo("已中断。", err=True)
        raise SystemExit(130) from error
    except Exception as error:
        if "--debug" in given or not known_error(error):
            raise
        click.echo(message_of(error), err=True)
        raise SystemExit(1) from error


def usage(error: click.ClickException) -> str:
    """What is wrong with a command line, in Chinese."""
    context = getattr(error, "ctx", None)
    hint = f"用法见 {context.command_path} --help。" if context else ""
    parameter = getattr(error, "param", None)
    name = "/".join([*parameter.opts, *parameter.secondary_opts]) if parameter else ""
    match error:
        case click.MissingParameter():
            return f"缺少 {name}。{hint}"
        case click.NoSuchOption():
            similar = f"是不是 {'、'.join(error.possibilities)}？" if error.possibilities else ""
            return f"没有选项 {error.option_name}。{similar}{hint}"
        case click.BadParameter() if parameter and isinstance(parameter.type, click.Choice):
            return f"{name} 只能是 {'、'.join(map(str, parameter.type.choices))}。{hint}"
        case click.BadParameter() if parameter:
            return f"{name} 的值不能用（{error.message}）。{hint}"
        case click.UsageError() if error.message.startswith("No such command"):
            known = "、".join(sorted(cli.commands))
            return f"没有这个命令；有的命令：{known}。"
    return f"{error.format_message()} {hint}".strip()


def message_of(error: Exception) -> str:
    from gongbao.data import DataError, format_problems

    return format_problems(error.problems, "text") if isinstance(error, DataError) else f"错误：{error}"


def known_error(error: Exception) -> bool:
    """Errors made for people: ours by name, wherever they were defined (nothing heavy is imported for it)."""
    return isinstance(error, PublicationError) or type(error).__module__.split(".")[0] == "gongbao"
