"""What in a workbook's own cells would give another result tomorrow: the clock, and chance without a seed.

Cells are read, not run: a name is followed from its import to its use, so that a library that looks at the
clock for its own ends is no alarm. The network needs no warning: a build refuses it (`guard`).
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

_CLOCK = frozenset(
    f"time.{name}"
    for name in (
        "time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time",
        "ctime", "localtime", "gmtime",
    )
) | {
    "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow", "datetime.date.today",
    "pandas.Timestamp.now", "pandas.Timestamp.today", "pandas.Timestamp.utcnow",
}  # fmt: skip
# These format the moment they are called at, unless they are given one.
_CLOCK_WITHOUT = {"time.ctime": 1, "time.localtime": 1, "time.gmtime": 1, "time.strftime": 2}
# No seed makes these repeat themselves.
_ALWAYS_CHANCE = frozenset({"os.urandom", "uuid.uuid1", "uuid.uuid4", "random.SystemRandom"})
# These repeat themselves when they are given a seed.
_SEEDED_BY_ARGUMENT = frozenset(
    {"random.Random", "numpy.random.default_rng", "numpy.random.RandomState", "numpy.random.SeedSequence"}
)
_SEEDS = frozenset({"random.seed", "numpy.random.seed"})
_HARMLESS = frozenset(
    {"numpy.random.Generator", "numpy.random.PCG64", "numpy.random.MT19937", "numpy.random.Philox"}
)
# Stands for the path of a `.sample(…)`, of whatever it is taken.
_SAMPLE = ".sample"
_CLOCK_ADVICE = "读取当前时间，重新生成时结果会变；请改用参数 year，或在参数单元里写明日期"
_CHANCE_ADVICE = (
    "用了没有固定种子的随机数，重新生成时结果会变；请给出种子（如 numpy.random.default_rng(2019)）"
)
_NEVER_ADVICE = (
    "用了不能重复的随机数，重新生成时结果会变；请改用固定种子的随机数（如 numpy.random.default_rng(2019)）"
)


def cell_warnings(workbook: str, sources: Iterable[str]) -> tuple[str, ...]:
    """A line for each use of the clock or of chance in a workbook's code cells, which count from 1."""
    names: dict[str, str] = {}
    trees = [(number, _parse(source)) for number, source in enumerate(sources, start=1)]
    seeded = {
        path
        for _, tree in trees
        for node, path in _named(tree, dict(_imports(each for _, each in trees)))
        if isinstance(node, ast.Call) and path in _SEEDS and (node.args or node.keywords)
    }
    found = []
    for number, tree in trees:
        names |= dict(_imports([tree]))
        for node, path in _named(tree, names):
            if advice := _advice(node, path, seeded):
                found.append(f"{workbook} 第{number}个代码单元第{node.lineno}行（{path}）：{advice}。")
    return tuple(dict.fromkeys(found))


def _parse(source: str) -> ast.Module:
    """The cell's code; of one with IPython's own words what these become. Empty where it is no Python."""
    try:
        return ast.parse(source)
    except SyntaxError:
        from IPython.core.inputtransformer2 import TransformerManager

        try:
            return ast.parse(TransformerManager().transform_cell(source))
        except SyntaxError:
            return ast.Module([], [])  # running it will say what is wrong


def _imports(trees: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    """Names that cells import, each with the full path of what it stands for."""
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    whole = alias.name if alias.asname else alias.name.split(".")[0]
                    yield alias.asname or whole, whole
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _named(tree: ast.Module, names: Mapping[str, str]) -> Iterator[tuple[ast.expr, str]]:
    """Calls, and names that are used without being called, with the full path of what they name."""
    called = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called.add(id(node.func))
            if path := _path(node.func, names):
                yield node, path
            elif isinstance(node.func, ast.Attribute) and node.func.attr == "sample":
                yield node, _SAMPLE
        elif isinstance(node, ast.Attribute | ast.Name) and id(node) not in called and _path(node, names):
            yield node, _path(node, names)


def _path(node: ast.expr, names: Mapping[str, str]) -> str:
    """The dotted path of an expression that begins with an imported name, else ""."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in names:
        return ""
    return ".".join([names[node.id], *reversed(parts)])


def _advice(node: ast.expr, path: str, seeded: set[str]) -> str:
    """What to do about a use, "" if it is none."""
    given = len(node.args) + len(node.keywords) if isinstance(node, ast.Call) else None
    if path in _CLOCK_WITHOUT:
        return _CLOCK_ADVICE if given is not None and given < _CLOCK_WITHOUT[path] else ""
    if path in _CLOCK:
        return _CLOCK_ADVICE
    if path in _ALWAYS_CHANCE or path.startswith("secrets."):
        return _NEVER_ADVICE
    if path in _SEEDED_BY_ARGUMENT:
        return _CHANCE_ADVICE if given == 0 else ""
    if path == _SAMPLE:
        words = {word.arg for word in node.keywords} if isinstance(node, ast.Call) else set()
        free = not words & {"random_state", "seed", None} and "numpy.random.seed" not in seeded
        return _CHANCE_ADVICE if free else ""
    library = (
        "numpy.random" if path.startswith("numpy.random.") else "random" if path.startswith("random.") else ""
    )
    if not library or given is None or path in _SEEDS | _HARMLESS:
        return ""
    return "" if f"{library}.seed" in seeded else _CHANCE_ADVICE
