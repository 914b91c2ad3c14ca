"""A finished Chinese page -> its English twin: words from the catalogues, links to English pages.

What stays Chinese is marked `lang="zh-CN"`: prose of notebooks, names, what an office wrote. In the interface
(headings, captions, column heads, buttons, navigation, all that the page's templates say) nothing may stay:
a phrase that no catalogue knows is reported there. In an analyst's paragraphs and in cells of data it may.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from html import escape, unescape
from pathlib import Path

from gongbao.english.addresses import english_address, is_english, relative, resolved
from gongbao.english.joints import spaced
from gongbao.english.phrases import CHINESE, END, NAME, Phrases
from gongbao.english.scripts import SCRIPT_WORDS
from gongbao.english.words import OWN, read_words

_TOKEN = re.compile(
    r"(<!--.*?-->|<svg\b.*?</svg>|<script\b.*?</script>|<style\b.*?</style>|<[a-zA-Z/!](?:[^<>\"]|\"[^\"]*\")*>)",
    re.DOTALL,
)
_NAME = re.compile(r"</?([a-zA-Z][\w-]*)")
_ATTRIBUTE = re.compile(
    r"(\s)(href|src|action|data-spec|data-versions|title|aria-label|alt|placeholder|content|label|data-label)"
    r'="([^"]*)"'
)
_LINKS = ("href", "src", "action", "data-spec", "data-versions")
_REFRESH = "0; url="  # of a page that leads on to another
_KEPT = re.compile(r'\slang="zh-CN"')
_CLASSES = re.compile(r'\sclass="([^"]*)"')
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_INLINE = frozenset(
    [
        "a",
        "abbr",
        "b",
        "code",
        "data",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "time",
    ]
)
# Of these all is put into English, or nothing: half a paragraph helps nobody.
_WHOLE = frozenset(("p", "li", "dd"))
# What an analyst or an office says: elements of a report, and these classes everywhere.
_DATA_TAGS = frozenset(("td", "p", "li", "dd", "blockquote", "pre"))
_DATA_CLASSES = frozenset(("gb-remark", "gb-say", "gb-gap", "gb-values", "gb-finding", "gb-note", "gb-data"))
_HEAD = re.compile(r'<link rel="alternate" hreflang="en" href="([^"]*)">')
_CANONICAL = re.compile(r'(<link rel="canonical" href=")[^"]*(">)')
_SCRIPT = re.compile(r'<script src="([^"]*/|)gongbao\.js" defer></script>')
_SWITCH = re.compile(r'<a class="gb-language" href="([^"]*)"[^>]*>[^<]*</a>')
_BANNER = re.compile(r"(</h1>\n)")
_LACKING = "没有英文："
_SHOWN = 20  # warnings of phrases without English that a build prints
NOTE = (
    '<p class="gb-english" role="note">Interface, indicators, conclusions and findings are in English. Names, what '
    "offices wrote, drawings of charts and downloaded files remain in Chinese.</p>\n"
)


HasTwin = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class EnglishPage:
    """The twin of a page. `missing`: phrases of its interface that no catalogue knows."""

    address: str
    html: str
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Pages:
    """Puts pages into English. The same page and catalogues give the same twin."""

    phrases: Phrases

    def page(self, address: str, html: str, has_twin: HasTwin = lambda address: True) -> EnglishPage:
        """The twin of the page at `address` (“/…”): a whole document, its links relative. `has_twin` says of
        the address of a page whether it has one; links to those that have none lead to the Chinese page."""
        twin = english_address(address)
        made = _Making(self.phrases, address, twin, has_twin)
        body = made.document(html)
        return EnglishPage(twin, body, tuple(dict.fromkeys(made.missing)))

    def text(self, chinese: str) -> str:
        """The English of a phrase as plain text; the phrase itself where no catalogue knows it."""
        found = self.phrases.english(chinese)
        return chinese if found is None else _unmarked(found)

    def part(self, address: str, html: str, has_twin: HasTwin = lambda address: True) -> str:
        """What stands in the twin for a part of the page at `address`: whole elements, relative links."""
        return _Making(self.phrases, address, english_address(address), has_twin).part(html)


def english_of(pages: Path, names: Collection[str]) -> Pages:
    """The translator of the publication whose hand-written pages and own catalogue are in the folder `pages`.
    `names`: of places, offices and documents, which stay as they are. Raises CatalogueError."""
    return Pages(Phrases(read_words(pages), names))


def missing_words(missing: Collection[str]) -> list[str]:
    """What a build says of phrases without English, one warning each."""
    return [f"{_LACKING}“{phrase}”；请补在 site/{OWN}。" for phrase in missing]


def in_brief(warnings: Collection[str]) -> list[str]:
    """A build's warnings, each once, with the first phrases that lack English and the number of the others."""
    distinct = list(dict.fromkeys(warnings))
    lacking = [warning for warning in distinct if warning.startswith(_LACKING)]
    others = [warning for warning in distinct if not warning.startswith(_LACKING)]
    more = [f"另有 {len(lacking) - _SHOWN} 处词句没有英文。"] if len(lacking) > _SHOWN else []
    return [*others, *lacking[:_SHOWN], *more]


@dataclass
class _Making:
    phrases: Phrases
    old: str
    new: str
    has_twin: HasTwin
    missing: list[str] = field(default_factory=list)
    _tags: dict[str, str] = field(default_factory=dict)

    def document(self, html: str) -> str:
        return _BANNER.sub(lambda m: m[1] + NOTE, self.part(self._head(html)), count=1)

    def part(self, html: str) -> str:
        tokens = _TOKEN.split(html)
        out = self._stretch(tokens, 0, len(tokens), _Place())
        spaced(tokens, out, _joins)
        return "".join(out)

    def _head(self, html: str) -> str:
        """The parts that are not words: language, what scripts say in it, canonical address, the switch."""
        html = html.replace('<html lang="zh-CN"', '<html lang="en"', 1)
        if own := _HEAD.search(html):
            html = _CANONICAL.sub(lambda m: m[1] + own[1] + m[2], html, count=1)
        back = escape(relative(self.old, self.old))
        switch = f'<a class="gb-language" href="{back}" hreflang="zh-CN" lang="zh-CN">中文</a>'
        html = _SCRIPT.sub(
            lambda m: f'<script src="{m[1]}{SCRIPT_WORDS}" defer></script>\n{m[0]}', html, count=1
        )
        return _SWITCH.sub(switch, html, count=1)

    # --- tokens: texts at even places, tags at odd ones -------------------------------------------------

    def _stretch(self, tokens: list[str], start: int, end: int, place: _Place) -> list[str]:
        out: list[str] = []
        i = start
        while i < end:
            token = tokens[i]
            if i % 2 == 0:
                out.append(self._text(token, place) if token and not token.isspace() else token)
                i += 1
                continue
            name = _name(token)
            if name == "svg" and token.startswith("<svg"):
                out.append(f'<svg lang="zh-CN"{token[4:]}' if CHINESE.search(token) else token)
            elif not name or token.endswith("/>") or name in _VOID or token.startswith(("<script", "<style")):
                out.append(self._tag(token, place))
            elif token.startswith("</"):
                place.close(name)
                out.append(token)
            elif _KEPT.search(token):
                close = _closing(tokens, i, end, name)
                out += self._kept(tokens, i, close)
                i = close
            elif name in _WHOLE and (close := _closing(tokens, i, end, name)) and _plain(tokens, i, close):
                place.open(name, token)
                out += self._whole(tokens, i, close, place)
                place.close(name)
                i = close
            else:
                place.open(name, token)
                out.append(self._tag(token, place))
            i += 1
        return out

    def _kept(self, tokens: list[str], start: int, close: int) -> list[str]:
        """An element that stays Chinese; its links are those of the twin."""
        return [self._links(t) if i % 2 and not t.startswith("</") else t
                for i, t in enumerate(tokens[start : close + 1], start)]  # fmt: skip

    def _whole(self, tokens: list[str], start: int, close: int, place: _Place) -> list[str]:
        """A paragraph: in English altogether but for what is marked as Chinese in it, or else as it is."""
        marked: set[int] = set()
        for i in range(start + 2, close, 2):
            if i not in marked and _KEPT.search(tokens[i]):
                marked.update(range(i, _closing(tokens, i, close, _name(tokens[i])) + 1))
        for i, token in enumerate(tokens[start + 1 : close], start + 1):
            if i in marked or token[:1] == "<":
                continue
            if CHINESE.search(token) and self._english(token) is None:
                if not place.data:
                    self.missing.append(_bare(token))
                kept = self._kept(tokens, start, close)
                return [f'{kept[0][:-1]} lang="zh-CN">', *kept[1:]]
        out = [self._tag(tokens[start], place)]
        for i in range(start + 1, close):
            token = tokens[i]
            if i in marked:
                out.append(self._links(token) if i % 2 else token)
            elif i % 2:
                out.append(self._tag(token, place))
            else:
                out.append(self._text(token, place) if token.strip() else token)
        return [*out, tokens[close]]

    def _english(self, token: str) -> str | None:
        return self.phrases.english(_bare(token))

    def _text(self, token: str, place: _Place) -> str:
        if token.isascii():
            return token
        found = self._english(token)
        head, tail = token[: len(token) - len(token.lstrip())], token[len(token.rstrip()) :]
        if found is None:
            if not place.data:
                self.missing.append(_bare(token))
            if place.in_title:
                return token
            return f'{head}<span lang="zh-CN">{token.strip()}</span>{tail}'
        text = escape(found, quote=False)
        marked = text.replace(NAME, '<span lang="zh-CN">').replace(END, "</span>")
        return f"{head}{_unmarked(text) if place.in_title else marked}{tail}"

    # --- tags ---------------------------------------------------------------------------------------------

    def _tag(self, tag: str, place: _Place) -> str:
        if '="' not in tag:
            return tag
        if tag not in self._tags:
            self._tags[tag] = self._made_tag(tag, place)
        return self._tags[tag]

    def _made_tag(self, tag: str, place: _Place) -> str:
        kept: list[str] = []
        literal = "hreflang=" in tag

        def change(match: re.Match[str]) -> str:
            name, value = match[2], unescape(match[3])
            if name in _LINKS:
                return f'{match[1]}{name}="{escape(self._link(value, literal=literal))}"'
            if name == "content" and value.startswith(_REFRESH):
                return f'{match[1]}{name}="{_REFRESH}{escape(self._link(value.removeprefix(_REFRESH)))}"'
            if not CHINESE.search(value) and value.isascii():
                return match[0]
            found = self.phrases.english(" ".join(value.split()))
            if found is None:
                kept.append(value)
                return match[0]
            return f'{match[1]}{name}="{escape(_unmarked(found))}"'

        made = _ATTRIBUTE.sub(change, tag)
        if not kept:
            return made
        if 'role="img"' in tag:  # what a chart shows, said by an analyst
            return f'{made[:-1]} lang="zh-CN">'
        if 'role="region"' in tag:  # repeats the caption, which is marked where it stays Chinese
            return _ATTRIBUTE.sub(
                lambda m: ' aria-label="Table or chart"' if m[2] == "aria-label" else m[0], made
            )
        if not tag.startswith("<data"):
            self.missing += kept
        return made

    def _links(self, tag: str) -> str:
        literal = "hreflang=" in tag
        return _ATTRIBUTE.sub(
            lambda m: (
                f'{m[1]}{m[2]}="{escape(self._link(unescape(m[3]), literal=literal))}"'
                if m[2] in _LINKS
                else m[0]
            ),
            tag,
        )

    def _link(self, link: str, *, literal: bool = False) -> str:
        """A link of the page as its twin has it: other pages have twins, files are the same ones."""
        path, mark, fragment = link.partition("#")
        address = resolved(self.old, path)
        if address is None:
            return link
        if path.endswith(".html") and not literal and not is_english(address) and self.has_twin(address):
            address = english_address(address)
        return relative(self.new, address) + mark + fragment


@dataclass
class _Place:
    """Where on the page a text stands: the elements that are open around it, and which of them hold data."""

    _open: list[tuple[str, bool]] = field(default_factory=list)
    _article: int = 0

    @property
    def data(self) -> bool:
        return bool(self._open) and self._open[-1][1]

    @property
    def in_title(self) -> bool:
        return bool(self._open) and self._open[-1][0] in ("title", "option")

    def open(self, name: str, tag: str) -> None:
        found = _CLASSES.search(tag)
        classes = found[1].split() if found else []
        data = self.data if name in _INLINE else False
        if name == "article":
            self._article += 1
        elif not _DATA_CLASSES.isdisjoint(classes) or name in ("td", "dd"):
            data = True
        elif self._article:
            data = data or name in _DATA_TAGS or 'scope="row"' in tag
        self._open.append((name, data))

    def close(self, name: str) -> None:
        if any(open_name == name for open_name, _ in self._open):
            while self._open.pop()[0] != name:
                pass
            self._article -= name == "article"


def _name(tag: str) -> str:
    match = _NAME.match(tag)
    return match[1] if match else ""


def _joins(tag: str) -> bool:
    name = _name(tag)
    return name in _INLINE and name not in ("sub", "sup")


def _unmarked(text: str) -> str:
    return text.replace(NAME, "").replace(END, "")


def _bare(token: str) -> str:
    return " ".join(unescape(token).split())


def _closing(tokens: list[str], start: int, end: int, name: str) -> int:
    """Where the element that opens at `start` closes; the last tag before `end` if it never does."""
    depth = 0
    for i in range(start, end, 2):
        token = tokens[i]
        if _name(token) == name and not token.endswith("/>"):
            depth += -1 if token.startswith("</") else 1
            if depth == 0:
                return i
    return end - 2 if end > start + 2 else start


def _plain(tokens: list[str], start: int, close: int) -> bool:
    """Whether an element holds nothing but words and inline elements."""
    return all(_name(tokens[i]) in _INLINE or _name(tokens[i]) == "br" for i in range(start + 2, close, 2))
