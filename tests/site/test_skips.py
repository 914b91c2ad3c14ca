"""Links past sections of many stops."""

from __future__ import annotations

from gongbao.site.skips import MANY, with_skips


def section(id: str, stops: int) -> str:
    return f'<h2 id="{id}">{id}</h2><p>{"<a class=x href=#n>1</a>" * stops}</p>'


def test_only_a_long_section_has_a_link_to_the_next() -> None:
    html = "<p>前</p>" + section("a", MANY + 1) + section("b", MANY) + section("c", 2 * MANY)
    found = with_skips(html)
    assert found.count("gb-skip") == 1  # the last has no next one
    assert '<h2 id="a">a</h2><a class="gb-skip" href="#b">跳到下一节</a><p>' in found
    assert found.replace('<a class="gb-skip" href="#b">跳到下一节</a>', "") == html


def test_what_scrolls_or_opens_is_a_stop_too() -> None:
    stops = '<div tabindex="0"></div><button>x</button><details><summary>x</summary></details>' * 3
    assert "gb-skip" in with_skips(f'<h2 id="a">a</h2>{stops}<h2 id="b">b</h2>')
    assert with_skips("<p>没有小节</p>") == "<p>没有小节</p>"
