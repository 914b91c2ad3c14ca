// Search without a server: the index is small scripts, of which only those of the words asked for are loaded.
// Scripts and not data files, because a page that was opened from disk may load nothing else. The addresses
// are those beside this script, so that a sealed edition keeps its own search.
(function () {
  "use strict";
  var root = new URL("../../", document.currentScript.src);
  var form = document.getElementById("gb-finder");
  var status = document.getElementById("gb-status");
  var box = document.getElementById("gb-results");
  var asked = new URLSearchParams(location.search);
  var wish = { q: "", group: "", year: "", region: "", area: "" };
  Object.keys(wish).forEach(function (name) { wish[name] = (asked.get(name) || "").trim(); });
  var AT_ONCE = 10;      // results shown before a reader asks for more
  var WEIGHTS = [8, 3, 1];  // of a term that names the page's subject, a part of it, or is said in it
  var say = window.gongbaoSay, spoken = document.currentScript.dataset.language || document.documentElement.lang;
  var english = spoken === "en";  // whether the edition has English pages
  var base = english ? new URL("en/", root) : root;  // where the pages of this language stand
  var titles = {};  // of areas, in English
  var COUNTY = "index";  // the county's own page among its areas
  var LEAVES = 3;        // lists of counties that are searched at once, where a word names places of several

  // --- loading -----------------------------------------------------------------------------------------

  var waiting = {}, loaded = {};
  window.gongbaoSearch = function (name, content) { waiting[name](content); };

  function load(name) {
    if (!loaded[name]) {
      loaded[name] = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        waiting[name] = resolve;
        script.src = new URL("search/" + name + ".js", root).href;
        script.onerror = function () { reject(new Error(say("索引文件 {a} 没有读到", { a: name + ".js" }))); };
        document.head.appendChild(script);
      });
    }
    return loaded[name];
  }

  // --- words: the same as site/search_terms.py -----------------------------------------------------------

  var RUNS = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]+|[a-z0-9]+(?:[._][a-z0-9]+)*/gu;

  function normal(text) { return text.normalize("NFKC").toLowerCase(); }
  function latin(word) { return /^[a-z0-9]/.test(word); }
  function runs(text) { return normal(text).match(RUNS) || []; }

  function terms(run) {
    if (latin(run)) return /[a-z]/.test(run) && run.length > 1 ? [run] : [];
    var signs = Array.from(run);
    if (signs.length === 1) return signs;
    return signs.slice(1).map(function (sign, i) { return signs[i] + sign; });
  }

  function share(word, count) {
    var number = 0;
    Array.from(word).forEach(function (sign) { number = (number * 31 + sign.codePointAt(0)) % 65521; });
    return number % count;
  }

  // --- places --------------------------------------------------------------------------------------------

  // How well a word names a place ([code, name, initials, pinyin, above …]): 2 exactly, 1 by its beginning
  // or a part, 0 not.
  function names(word, place) {
    var name = normal(place[1]);
    if (word === place[0] || word === name || word === short(name)) return 2;
    if (latin(word)) {
      if (word === place[2] || word === place[3]) return 2;
      if (/^[0-9]+$/.test(word)) return word.length >= 4 && place[0].indexOf(word) === 0 ? 1 : 0;
      return word.length >= 2 && (place[2].indexOf(word) === 0 || place[3].indexOf(word) === 0) ? 1 : 0;
    }
    return name.indexOf(word) >= 0 || (word.length >= 2 && normal(place[4]).indexOf(word) >= 0) ? 1 : 0;
  }

  function short(name) { return name.length > 2 ? name.replace(/(?:县|市|区|旗)$/, "") : name; }

  // The words of a question; the name of a place that is written together with others is one of its own.
  function split(text, places) {
    var known = places.map(function (p) { return normal(p[1]); });
    known = known.concat(known.map(short)).filter(function (name) { return name.length > 1; });
    known.sort(function (a, b) { return b.length - a.length; });
    var found = [];
    runs(text).forEach(function (run) {
      var name = latin(run) ? "" : known.find(function (each) { return run.indexOf(each) >= 0; });
      if (!name || name === run) { found.push(run); return; }
      var at = run.indexOf(name);
      [run.slice(0, at), name, run.slice(at + name.length)].forEach(function (part) {
        if (part) found.push(part);
      });
    });
    return found;
  }

  function wordsOf(places) {
    return split(wish.q, places).filter(function (word) { return word !== "年" && word !== "的"; });
  }

  // --- the pages of a group's counties ---------------------------------------------------------------------

  function unpacked(list) {
    var found = [], at = 0;
    for (var i = 0; i < list.length; i += 2) {
      at += list[i];
      for (var n = 0; n < list[i + 1]; n++) found.push(at++);
    }
    return found;
  }

  // Every page of a leaf, by its number (site/search_index.py says how they are numbered).
  function pagesOf(meta) {
    var count = 0, found = new Map();
    meta.places.forEach(function (place) { count += place[5].length; });
    var at = 0;
    meta.places.forEach(function (place) {
      place[5].forEach(function (own) {
        own[1].forEach(function (area) {
          found.set(area * count + at, {
            place: place, year: own[0], area: meta.areas[area][0], title: meta.areas[area][1]
          });
        });
        at += 1;
      });
    });
    return found;
  }

  function wanted(page) {
    return (!wish.year || page.year === Number(wish.year)) && (!wish.region || page.place[0] === wish.region) &&
      (!wish.area || page.area === wish.area);
  }

  var others = {};  // what is looked for beside a word (search_terms.OTHER_WORDS)

  function ways(word) {
    var found = [word];
    Object.keys(others).forEach(function (key) {
      if (word.indexOf(key) >= 0) others[key].forEach(function (other) { found.push(word.replace(key, other)); });
    });
    return found;
  }

  // Page number -> how well a word fits it, as it is written or in the pages' words.
  function fits(word, meta, pages, folder, alone) {
    return Promise.all(ways(word).map(function (way, i) {
      return fitsAs(way, meta, pages, folder, alone, i === 0);
    })).then(function (scores) {
      scores.slice(1).forEach(function (other) {
        other.forEach(function (score, number) {
          scores[0].set(number, Math.max(score, scores[0].get(number) || 0));
        });
      });
      return scores[0];
    });
  }

  function fitsAs(word, meta, pages, folder, alone, named) {
    var scores = new Map(), own = terms(word);
    var years = /^(?:19|20)\d\d$/.test(word) ? Number(word) : 0;
    if (named) pages.forEach(function (page, number) {
      var found = names(word, page.place);
      if (found) scores.set(number, page.area === COUNTY && alone ? 50 * found : found === 2 ? 10 : 5);
      if (years && page.year === years) scores.set(number, 2);
    });
    var files = own.map(function (term) { return load(folder + "/" + two(share(term, meta.shards))); });
    return Promise.all(files).then(function (shares) {
      var all = null;
      own.forEach(function (term, i) {
        var here = new Map();
        (shares[i][term] || []).forEach(function (list, level) {
          unpacked(list).forEach(function (number) { here.set(number, WEIGHTS[level] / own.length); });
        });
        if (all) {
          here.forEach(function (score, number) {
            if (all.has(number)) here.set(number, score + all.get(number)); else here.delete(number);
          });
        }
        all = here;
      });
      (all || new Map()).forEach(function (score, number) {
        scores.set(number, Math.max(score, scores.get(number) || 0));
      });
      return scores;
    });
  }

  function two(number) { return (number < 10 ? "0" : "") + number; }

  // The pages of a leaf for these words, the best first; `part`: none has all the words, these have some.
  function inLeaf(folder, meta, words) {
    var pages = pagesOf(meta), alone = words.length === 1;
    return Promise.all(words.map(function (word) { return fits(word, meta, pages, folder, alone); }))
      .then(function (scores) {
        var all = [], some = [];
        pages.forEach(function (page, number) {
          if (!wanted(page)) return;
          var own = scores.filter(function (each) { return each.has(number); });
          if (words.length && !own.length) return;
          var score = own.reduce(function (sum, each) { return sum + each.get(number); }, 0);
          if (!words.length && page.area === COUNTY) score += 1;
          (own.length === words.length ? all : some).push({ page: page, number: number, score: score, met: own.length });
        });
        var part = !all.length && some.length > 0, found = part ? some : all;
        found.sort(function (a, b) {
          return b.met - a.met || b.score - a.score || b.page.year - a.page.year || a.number - b.number;
        });
        return { found: found, part: part };
      });
  }

  // --- pages of no single place ----------------------------------------------------------------------------

  function among(shared, words, whole, areaTitle) {
    if (wish.year || wish.region || !words.length) return [];
    var found = [], said = words.map(ways);
    shared.pages.forEach(function (page, number) {
      var title = normal(page[1]), id = normal(page[3]), area = normal(page[4]);
      var text = normal(page[5]), sum = 0;
      var chinese = english ? text.split(":")[0] : "";  // the page's title in Chinese
      function fit(word) {
        var score = 0;
        if (title === word || chinese === word || (id && id === word)) score = 60;
        else if (title.indexOf(word) === 0 || chinese.indexOf(word) === 0) score = 20;
        else if (title.indexOf(word) > 0 || chinese.indexOf(word) > 0) score = 10;
        else if (word.length > 1 && (text.indexOf(word) >= 0 || area.indexOf(word) >= 0)) score = 2;
        else if (latin(word) && word.length > 3 && id.indexOf(word) >= 0) score = 5;
        return score;
      }
      var all = said.every(function (each) {
        var best = Math.max.apply(null, each.map(fit));
        sum += best;
        return best > 0;
      });
      if (wish.area && page[4] !== areaTitle) all = false;
      if (all && title.replace(/\s/g, "") === whole) sum += 60;
      if (all) found.push({ entry: page, score: sum, number: number });
    });
    found.sort(function (a, b) {
      return b.score - a.score || a.entry[1].length - b.entry[1].length || a.number - b.number;
    });
    return found;
  }

  // --- showing -------------------------------------------------------------------------------------------

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function leads(text, address) {
    var made = element("a", text);
    made.href = address;
    return made;
  }

  function here(change) {
    var query = new URLSearchParams();
    var all = Object.assign({}, wish, change);
    Object.keys(all).forEach(function (name) { if (all[name]) query.set(name, all[name]); });
    return "?" + query;
  }

  // A text with the words marked in it.
  function marked(text, words) {
    var made = element("span"), plain = normal(text);
    if (plain.length !== text.length) { made.textContent = text; return made; }
    var marks = new Array(text.length).fill(false);
    words.forEach(function (word) {
      for (var at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + 1)) {
        marks.fill(true, at, at + word.length);
      }
    });
    for (var i = 0; i < text.length;) {
      var end = i;
      while (end < text.length && marks[end] === marks[i]) end += 1;
      made.appendChild(marks[i] ? element("mark", text.slice(i, end)) : document.createTextNode(text.slice(i, end)));
      i = end;
    }
    return made;
  }

  // The passage that holds most of the words, cut around the first of them.
  function excerpt(levels, words) {
    var best = null, most = -1, passages = [];
    levels.forEach(function (texts, level) {
      texts.forEach(function (text) { passages.push([level, text[0]]); });
    });
    passages.forEach(function (passage) {
      var plain = normal(passage[1]), count = 0;
      words.forEach(function (word) { if (plain.indexOf(word) >= 0) count += 10; });
      if (count && /[，。；]/.test(passage[1])) count += 2;  // a sentence tells more than a list
      else if (passage[0] === 1) count += 1;
      if (count > most) { most = count; best = passage[1]; }
    });
    if (best === null) return null;
    var plain = normal(best), first = best.length;
    words.forEach(function (word) { var at = plain.indexOf(word); if (at >= 0) first = Math.min(first, at); });
    if (first === best.length) first = 0;
    var from = first > 40 ? first - 25 : 0, to = from + 110;
    return marked((from ? "…" : "") + best.slice(from, to) + (to < best.length ? "…" : ""), words);
  }

  function addressOf(page, edition) {
    var inside = page.year === edition ? "" : "reports/" + page.year + "/";
    return new URL(inside + page.place[0] + "/" + page.area + ".html", base).href;
  }

  // A text with a Chinese name in it, which is marked as such.
  function named(into, text, name) {
    var at = text.indexOf(name), chinese = element("span", name);
    chinese.lang = "zh-CN";
    into.append(text.slice(0, at), chinese, text.slice(at + name.length));
    return into;
  }

  function item(found, words, edition) {
    var page = found.page, made = element("li");
    var area = titles[page.area] || page.title, values = { p: page.place[1], n: page.year, a: area };
    var title = page.area === COUNTY ? say("{p} {n}年教育督导公报", values) : say("{p} {n}年 {a}", values);
    var place = page.place[4] + page.place[1];
    var where = [place, say("{n}年", values), area || say("公报首页")];
    made.appendChild(named(leads("", addressOf(page, edition)), title, page.place[1]));
    made.appendChild(named(element("p", "", "gb-small"), where.join(" · "), place));
    var said = element("p", "", "gb-excerpt");
    said.lang = "zh-CN";
    made.appendChild(said);
    load(page.year + "/" + page.place[0] + "/" + page.area).then(function (passages) {
      var shown = excerpt(passages, words);
      if (shown) said.appendChild(shown);
    }).catch(function (error) { said.textContent = say("摘录没有读到（{a}）", { a: error.message }); said.lang = ""; });
    return made;
  }

  function sharedItem(found, words) {
    var made = element("li");
    made.appendChild(leads(found.entry[1], new URL(found.entry[0], base).href));
    made.appendChild(element("p", [found.entry[2], found.entry[4]].filter(Boolean).join(" · "), "gb-small"));
    if (found.entry[5]) {
      var said = element("p", "", "gb-excerpt");
      said.lang = "zh-CN";
      said.appendChild(marked(found.entry[5], words));
      made.appendChild(said);
    }
    return made;
  }

  function section(title, items, each, first) {
    var made = element("section", "", "gb-section");
    made.appendChild(element("h2", say("{a}（{n}）", { a: title, n: items.length })));
    var list = element("ol", "", "gb-results"), shown = 0;
    made.appendChild(list);
    var more = element("button", say("显示更多"), "gb-more-results");
    more.type = "button";
    function show(count) {
      var next = items.slice(shown, shown + count).map(each);
      next.forEach(function (one) { list.appendChild(one); });
      shown += next.length;
      if (shown >= items.length) more.remove();
      return next[0];
    }
    show(first);
    if (shown < items.length) made.appendChild(more);
    more.addEventListener("click", function () { show(AT_ONCE).querySelector("a").focus(); });
    return made;
  }

  function tips(words) {
    var list = element("ul");
    [
      say("换一个短一些、更常用的词，例如“师生比”换成“生师比”，“大班”换成“大班额”。"),
      say("地名可以写拼音首字母，例如 slxb；也可以写六位行政区划代码。"),
      say("报告里的数字不能搜索：请先找到县（市、区）或指标，再看数字。")
    ].forEach(function (text) { list.appendChild(element("li", text)); });
    if (wish.year || wish.region || wish.area || wish.group) {
      var line = element("li");
      line.appendChild(leads(say("去掉年度、地区、领域的限制再搜索"), here({ year: "", region: "", area: "", group: "" })));
      list.insertBefore(line, list.firstChild);
    }
    var last = element("li", say("或者从下面的索引查找。"));
    list.appendChild(last);
    return list;
  }

  function show(result, shared, asked, edition) {
    var reports = result.found, made = [];
    var words = asked.reduce(function (all, word) { return all.concat(ways(word)); }, []);
    var count = reports.length + shared.length;
    status.textContent = !count ? say("没有找到“{q}”。", { q: wish.q })
      : (result.part ? say("没有同时含有这几个词的报告，下面是含有其中一部分的。") + " ".repeat(english) : "")
      + say("找到 {n} 个页面。", { n: count });
    if (shared.length) made.push([shared[0].score, section(say("指标与说明"), shared, function (each) { return sharedItem(each, words); }, 3)]);
    if (reports.length) {
      made.push([reports[0].score, section(say("公报和报告"), reports, function (each) { return item(each, words, edition); }, AT_ONCE)]);
    }
    made.sort(function (a, b) { return b[0] - a[0]; });
    box.replaceChildren.apply(box, made.map(function (each) { return each[1]; }));
    if (!made.length) box.appendChild(tips(words));
  }

  // --- filters -------------------------------------------------------------------------------------------

  function choices(name, first, options) {
    var select = form.elements[name];
    select.replaceChildren(new Option(first, ""));
    options.forEach(function (each) {
      var made = new Option(each[1], each[0]);
      if (english && /\p{Script=Han}/u.test(each[1])) made.lang = "zh-CN";  // the name of a place
      select.add(made);
    });
    if (wish[name] && !options.some(function (each) { return each[0] === wish[name]; })) {
      select.add(new Option(wish[name], wish[name]));  // of a link that somebody shared
    }
    select.value = wish[name];
    select.closest("label").hidden = options.length === 0 && !wish[name];
  }

  function fill(metas) {
    var first = metas[0][1], leaf = metas.length === 1 && first.places ? first : null;
    choices("year", say("全部年度"), first.years.map(function (year) {
      return [String(year), say("{n}年", { n: year })];
    }));
    choices("region", say("全部县（市、区）"), leaf ? leaf.places.map(function (p) { return [p[0], p[1]]; }) : []);
    choices("area", say("全部领域"), leaf ? leaf.areas.map(function (a) {
      return [a[0], titles[a[0]] || a[1] || say("公报首页")];
    }) : []);
    document.getElementById("gb-filters").hidden = false;
  }

  form.addEventListener("submit", function () {  // an address without empty parts is one to share
    Array.from(form.elements).forEach(function (each) { if (each.name && !each.value) each.disabled = true; });
  });
  window.addEventListener("pageshow", function () {
    Array.from(form.elements).forEach(function (each) { each.disabled = false; });
  });

  // --- many groups -----------------------------------------------------------------------------------------

  function groupChoices(meta, code) {
    var options = meta.above.map(function (each) { return [each[0], each[1]]; });
    if (code) options.push([code, meta.name]);
    (meta.groups || []).forEach(function (each) { options.push([each[0], "　".repeat(code ? 1 : 0) + each[1]]); });
    choices("group", say("全部地区"), options);
  }

  // The places of a publication of many groups that a word may name: those that it names exactly or begins with
  // (平昌经费), else those whose name it is the beginning of.
  function find(word, count) {
    var digits = /^[0-9]/.test(word), key = digits ? word.slice(0, 4) : latin(word) ? word.slice(0, 2) : Array.from(word)[0];
    if (latin(word) && key.length < (digits ? 4 : 2)) return Promise.resolve([]);
    return load("places/" + share(key, count)).then(function (entries) {
      var fit = entries.filter(function (entry) { return latin(word) || normal(entry[1])[0] === word[0]; });
      function begun(entry) {
        var name = normal(entry[1]), found = [name, short(name)].find(function (each) { return word.indexOf(each) === 0; });
        return found && found.length > 1 ? found.length : 0;
      }
      var exact = fit.filter(function (entry) { return names(word, entry) === 2; });
      if (exact.length) return exact;
      var most = Math.max.apply(null, fit.map(begun).concat(0));
      return fit.filter(function (entry) { return most && !latin(word) ? begun(entry) === most : names(word, entry) > 0; });
    });
  }

  // Above the leaves: what the leaves of the places that the words name have of them, else the question where to
  // search. A group that the words name (a province) is offered first.
  function above(meta, words, shared) {
    var leaves = new Map();
    return load("places/meta").then(function (count) {
      return Promise.all(words.map(function (word) { return find(word, count); }));
    }).then(function (found) {
      found.forEach(function (entries) { entries.forEach(function (entry) { leaves.set(entry[5], true); }); });
      return Promise.all(Array.from(leaves.keys()).slice(0, LEAVES).map(function (code) {
        return load(code + "/meta").then(function (leaf) { return inLeaf(code, leaf, wordsOf(leaf.places)); });
      }));
    }).then(function (results) {
      var whole = { found: [], part: results.length > 0 && results.every(function (r) { return r.part; }) };
      results.forEach(function (r) { if (!r.part || whole.part) whole.found = whole.found.concat(r.found); });
      whole.found.sort(function (a, b) { return b.met - a.met || b.score - a.score || b.page.year - a.page.year; });
      show(whole, shared.found, words, shared.edition);
      var named = meta.groups.filter(function (each) {
        return words.some(function (word) { return names(word, [each[0], each[1], each[2], each[3], ""]) > 0; });
      });
      if (whole.found.length && leaves.size <= LEAVES) return;
      status.textContent += " ".repeat(english) + (whole.found.length
        ? say("同名或名字相近的地方还有，这里只搜索了其中 {n} 个地区；请写全地名，或选一个地区：", { n: LEAVES })
        : say("要搜索报告，请选一个地区："));
      box.appendChild(groupList(named.length ? named : meta.groups));
    });
  }

  function groupList(groups) {
    var list = element("ul", "", "gb-columns");
    groups.forEach(function (each) {
      var line = element("li");
      line.appendChild(leads(each[1], here({ group: each[0] })));
      line.appendChild(element("span", " " + say("{n} 个县（市、区）", { n: each[4] }), "gb-small"));
      list.appendChild(line);
    });
    return list;
  }

  // --- keyboard ------------------------------------------------------------------------------------------

  document.addEventListener("keydown", function (event) {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    var links = Array.from(box.querySelectorAll("li > a")), input = form.elements.q;
    var at = links.indexOf(document.activeElement);
    if (at < 0 && document.activeElement !== input) return;
    var next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (next >= links.length || (at < 0 && next < 0)) return;
    event.preventDefault();
    (next < 0 ? input : links[next]).focus();
  });

  // --- the question that the address asks ------------------------------------------------------------------

  form.elements.q.value = wish.q;
  var folder = wish.group || "all";
  Promise.all([load(folder + "/meta"), load(english ? "english" : "pages")]).then(function (both) {
    var meta = both[0], places = meta.places || [];
    titles = both[1].areas || {};
    groupChoices(meta, wish.group);
    fill([[folder, meta]]);
    if (!wish.q && !wish.year && !wish.region && !wish.area) { form.elements.q.focus(); return null; }
    status.textContent = say("正在查找…");
    var words = wordsOf(places);
    if (wish.q && !words.length) { status.textContent = say("请写地名、指标或报告里的词。"); return null; }
    if (wish.q && words.every(function (word) { return /^\d+$/.test(word) && word.length < 4; })) {
      show({ found: [], part: false }, [], words, 0);
      return null;
    }
    others = both[1].others;
    var area = (meta.areas || []).find(function (each) { return each[0] === wish.area; });
    var shared = among(both[1], words, normal(wish.q).replace(/\s/g, ""), area ? titles[area[0]] || area[1] : "");
    if (!meta.places) return above(meta, words, { found: shared, edition: both[1].edition });
    return inLeaf(folder, meta, words).then(function (result) {
      show(result, shared, words, both[1].edition);
    });
  }).catch(function (error) {
    status.textContent = say("搜索没有成功：{a}。请从下面的索引查找。", { a: error.message });
  });
})();
