// Another year or only one kind of county on a page that compares counties. Everything shown is in the page's
// own tables; without this script the latest year is drawn and the tables stand whole.
(function () {
  "use strict";
  var form = document.querySelector("form.gb-choose");
  if (!form) return;
  var say = window.gongbaoSay, comma = document.documentElement.lang === "en" ? ", " : "，";
  var BANDS = {
    p: ["pass", "✓", say("达标")], f: ["fail", "✗", say("未达标")], u: ["undetermined", "?", say("待定")],
    v: ["value", "", say("有数，没有标准")], n: ["none", "", say("没有可比的数据")]
  };
  var series = Array.prototype.slice.call(document.querySelectorAll(".gb-series"));

  function chosen(name) {
    var field = form.elements[name];
    return field ? field.value : "";
  }

  // What a reader chose, as the page says it.
  function said(name) {
    var field = form.elements[name];
    return field && field.value ? field.selectedOptions[0].textContent : "";
  }

  function cellOf(part, region, year) {
    var heads = part.querySelectorAll("thead th"), column = -1;
    for (var i = 1; i < heads.length; i += 1) if (heads[i].textContent === year) column = i;
    var row = part.querySelector('tbody tr[data-r="' + region + '"]');
    return column < 0 || !row ? null : row.children[column];
  }

  function show(part) {
    var year = chosen("year") || part.dataset.year, kind = chosen("kind"), counts = {}, all = 0;
    part.querySelectorAll("[data-r]").forEach(function (item) {
      item.hidden = Boolean(kind) && item.dataset.k !== kind;
    });
    part.querySelectorAll(".gb-map-city").forEach(function (city) {
      city.hidden = !city.querySelector("[data-r]:not([hidden])");
    });
    part.querySelectorAll(".gb-map [data-r]").forEach(function (tile) {
      var cell = cellOf(part, tile.dataset.r, year), band = BANDS[cell ? cell.className : "n"];
      tile.className = tile.className.replace(/\bgb-(pass|fail|undetermined|value|none)\b/, "gb-" + band[0]);
      tile.querySelector("i").textContent = band[1];
      tile.querySelector("em").textContent = cell ? cell.firstChild.textContent : "—";
      tile.querySelector(".gb-word").textContent = band[2];
      if (!tile.hidden) { all += 1; counts[band[2]] = (counts[band[2]] || 0) + 1; }
    });
    part.querySelectorAll(".gb-region-map [data-c]").forEach(function (shape) {
      var cell = cellOf(part, shape.dataset.c, year), band = BANDS[cell ? cell.className : "n"];
      var row = part.querySelector('tbody tr[data-r="' + shape.dataset.c + '"]');
      shape.style.display = row && row.hidden ? "none" : "";
      if (shape.tagName === "text") shape.querySelector("tspan").textContent = band[1];
      else shape.setAttribute("class", "gb-region gb-" + band[0]);
    });
    if (!part.querySelector(".gb-map")) return;
    var words = Object.keys(BANDS).map(function (key) { return BANDS[key][2]; })
      .filter(function (word) { return counts[word]; })
      .map(function (word) { return say("{a}{n}个", { a: word, n: counts[word] }); }).join(comma);
    var finding = part.querySelector(".gb-series-finding");
    if (!finding.dataset.first) finding.dataset.first = finding.textContent;
    var first = year === part.dataset.year && !kind;
    finding.textContent = first ? finding.dataset.first
      : say(kind ? "{n}年{n2}个{a}中，{b}。" : "{n}年{n2}个县（市、区）中，{b}。", {
        n: year, n2: all, a: said("kind"), b: words || say("没有数据")
      });
    part.querySelectorAll(".gb-strip-row, .gb-strip-row + .gb-note").forEach(function (strip) {
      strip.hidden = !first;  // drawn for the year that the page opens with
    });
  }

  form.classList.add("gb-on");
  form.addEventListener("change", function () {
    series.forEach(show);
    form.querySelector("[role=status]").textContent =
      say("已换成{a}", {
        a: [chosen("year") && say("{n}年", { n: chosen("year") }), said("kind")].filter(Boolean).join(comma)
      });
  });
  form.addEventListener("submit", function (event) { event.preventDefault(); });
})();
