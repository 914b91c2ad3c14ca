// What the scripts say, in the language of the page: a page in English has loaded the English of these texts
// before (english.js). `{n}` stands for a value, `{n_}` for one with a small first letter.
window.gongbaoSay = function (text, values) {
  "use strict";
  var words = window.gongbaoWords || {};
  return (words[text] || text).replace(/\{(\w+?)(_?)\}/g, function (_, name, small) {
    var value = String(values[name]);
    return small ? value.charAt(0).toLowerCase() + value.slice(1) : value;
  });
};

// The interactive view of a chart, loaded only when a reader asks for it. Without this script a page
// is complete: drawing, finding, data table, downloads.
(function () {
  "use strict";
  var buttons = document.querySelectorAll("button.gb-interactive");
  if (!buttons.length) return;
  var say = window.gongbaoSay, bundle = new URL("../../assets/vega.js", document.currentScript.src).href;
  var loading = null;

  function library() {
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = bundle;
        script.onload = function () { resolve(window.vegaEmbed); };
        script.onerror = function () { loading = null; reject(new Error(say("交互组件没有读到"))); };
        document.head.appendChild(script);
      });
    }
    return loading;
  }

  function specification(address) {
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(say("图的数据没有读到（{n}）", { n: answer.status }));
      return answer.json();
    });
  }

  function tell(button, text) {
    var message = button.parentNode.querySelector(".gb-message");
    if (!message) {
      message = document.createElement("span");
      message.className = "gb-message";
      message.setAttribute("role", "status");
      button.parentNode.appendChild(message);
    }
    message.textContent = text;
  }

  function show(button) {
    var figure = button.closest("figure");
    var chart = figure.querySelector(".gb-chart");
    var fixed = chart.querySelector("svg");
    if (location.protocol === "file:") {
      tell(button, say("直接打开文件时不能交互查看，请通过网站访问；图下面的数据表内容相同。"));
      return;
    }
    var place = chart.parentNode.querySelector(".gb-live");
    if (place) {  // pressed again: back to the drawing
      place.remove();
      chart.hidden = false;
      button.setAttribute("aria-pressed", "false");
      tell(button, "");
      return;
    }
    button.disabled = true;
    tell(button, say("正在读取…"));
    Promise.all([library(), specification(button.dataset.spec)]).then(function (both) {
      var live = document.createElement("div");
      live.className = "gb-live";
      chart.after(live);
      return both[0](live, both[1], {
        mode: "vega-lite", ast: true, actions: false, renderer: "svg", hover: true,
        defaultStyle: false, tooltip: { disableDefaultStyle: true },  // the page's policy allows no style elements
        config: { font: getComputedStyle(document.body).fontFamily }
      }).then(function () {
        chart.hidden = true;
        button.setAttribute("aria-pressed", "true");
        tell(button, say("把指针移到图上看数值；再按一次回到原图。"));
      }, function (error) { live.remove(); throw error; });
    }).catch(function (error) {
      tell(button, say("交互查看没有成功：{a}", { a: error.message }));
    }).then(function () { button.disabled = false; if (fixed) fixed.setAttribute("focusable", "false"); });
  }

  buttons.forEach(function (button) {
    button.hidden = false;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", function () { show(button); });
  });
})();

// The switcher: the link to a county's list of editions becomes a button that opens the list for this very
// page: the same county and area in every year and revision, and where there is none. Without this script,
// from a file, or when the list can't be read, the link itself leads there.
(function () {
  "use strict";
  var link = document.querySelector("a[data-versions]");
  if (!link || location.protocol === "file:") return;
  var source = new URL(link.dataset.versions, document.baseURI);
  var root = new URL("../", source).href;
  var own = /^(\d{4})\/(?:r(\d+)\/)?/.exec(location.href.replace(root, "")) || [];
  var say = window.gongbaoSay, english = document.documentElement.lang === "en";

  function element(name, text, className) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function read(address) {
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
  }

  function leads(text, address, current) {
    var made = element("a", text);
    made.href = root + address;
    if (current) made.setAttribute("aria-current", "page");
    return made;
  }

  // The address of a page in the language of this one, where the edition has it.
  function inLanguage(page, entry) {
    return english && entry.english ? page.replace(/^(\d{4}\/(?:r\d+\/)?)/, "$1en/") : page;
  }

  // One edition's revisions of this page, or the words that it has none.
  function line(year, entries, area, code) {
    var item = element("li");
    item.appendChild(element("b", say("{n}年", { n: year })));
    var found = entries.filter(function (entry) { return entry.pages[area]; });
    found.forEach(function (entry) {
      var page = inLanguage(entry.pages[area], entry);
      var short = page.replace(/^(\d{4})\/r\d+\//, "$1/");
      var here = Number(own[1]) === year;
      if (entry.latest) item.appendChild(leads(say("现行"), short, here && !own[2]));
      item.appendChild(leads("r" + entry.revision, page, here && Number(own[2]) === entry.revision));
      if (entry.state === "withdrawn") item.appendChild(element("span", say("（已撤回）")));
    });
    if (!entries.length) {
      item.appendChild(element("span", say("这一年度版里没有本地区")));
    } else if (!found.length) {
      item.appendChild(element("span", say("没有这一篇")));
      var shown = entries.find(function (entry) { return entry.latest; }) || entries[0];
      if (shown.pages.index) {
        var index = inLanguage(shown.pages.index, shown);
        var home = shown.latest ? index.replace(/^(\d{4})\/r\d+\//, "$1/") : index;
        item.appendChild(leads(say("看这一年的公报首页"), home, false));
      }
    } else if (found[0].code !== code) {
      item.appendChild(element("span", say("当时的代码 {n}，{p}", { n: found[0].code, p: found[0].name })));
    }
    return item;
  }

  function list(versions, editions) {
    var area = link.dataset.area || "index";
    area = versions.renamed[area] || area;
    var years = new Set(editions.editions.map(function (edition) { return edition.year; }));
    versions.editions.forEach(function (entry) { years.add(entry.year); });
    var made = element("ul");
    Array.from(years).sort(function (a, b) { return b - a; }).forEach(function (year) {
      var entries = versions.editions.filter(function (entry) { return entry.year === year; });
      made.appendChild(line(year, entries, area, link.dataset.region));
    });
    return made;
  }

  var button = element("button", link.textContent, "gb-switch-button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", "gb-switch");
  var panel = element("div", "", "gb-switch");
  panel.id = "gb-switch";
  panel.hidden = true;
  var message = element("p", "", "gb-message");
  message.setAttribute("role", "status");
  panel.appendChild(message);
  link.after(button);
  link.hidden = true;
  (link.closest("nav") || link.parentNode).after(panel);

  function fill() {
    message.textContent = say("正在读取…");
    Promise.all([read(source), read(root + "editions.json")]).then(function (both) {
      // This script is sealed with its page and may outlive the form of these files.
      if (both[0].format !== 1 || both[1].format !== 1) throw new Error("format");
      panel.appendChild(list(both[0], both[1]));
      var whole = leads(say("全部领域的列表"), "", false);
      whole.href = link.href;
      panel.appendChild(whole);
      panel.appendChild(document.createTextNode("　"));
      panel.appendChild(leads(say("历年数据"), (english ? "en/" : "") + "history/" + link.dataset.region + ".html", false));
      message.textContent = say("同一地区、同一内容的其他年度和修订版：");
    }).catch(function () {  // the plain link still leads to the list
      message.textContent = say("列表没有读到，请点旁边的链接查看。");
      button.hidden = true;
      link.hidden = false;
    });
  }

  button.addEventListener("click", function () {
    var open = panel.hidden;
    panel.hidden = !open;
    button.setAttribute("aria-expanded", String(open));
    if (open && !panel.querySelector("ul")) fill();
  });
  panel.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { button.click(); button.focus(); }
  });
})();

// Where a number comes from: the link to the entry below shows it in place. Without this script the link leads
// there. The box is the browser's own dialog: it holds the focus, Esc closes it, and the focus goes back.
(function () {
  "use strict";
  var links = document.querySelectorAll("a.gb-ask");
  if (!links.length || typeof HTMLDialogElement !== "function") return;
  var say = window.gongbaoSay, box = document.createElement("dialog");
  box.className = "gb-ask-box";
  box.setAttribute("aria-label", say("数字的出处"));

  function show(entry) {
    var shown = entry.cloneNode(true);
    shown.removeAttribute("id");
    shown.lastElementChild.remove();  // the way back
    var shared = entry.parentNode.querySelector(":scope > .gb-shared");
    if (shared) shown.appendChild(shared.cloneNode(true));
    var close = document.createElement("button");
    close.type = "button";
    close.textContent = say("关闭");
    close.addEventListener("click", function () { box.close(); });
    box.replaceChildren(shown, close);
    if (!box.isConnected) document.body.appendChild(box);
    box.showModal();
    close.focus();
  }

  links.forEach(function (link) {
    link.setAttribute("aria-haspopup", "dialog");
    link.addEventListener("click", function (event) {
      var entry = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (!entry || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(entry);
    });
  });
  box.addEventListener("click", function (event) {  // beside the box
    if (event.target === box) box.close();
  });
})();

// The bar of place, year and area: its menus are the browser's own and work without this script, which fills the
// menu of places with those of the same list, each leading to the same area, and closes a menu on Esc, on a press
// elsewhere and when a heading was chosen.
(function () {
  "use strict";
  var bar = document.querySelector(".gb-where");
  if (!bar) return;
  var menus = Array.from(bar.querySelectorAll("details"));
  var say = window.gongbaoSay, root = new URL("../../", document.currentScript.src).href;

  function close() { menus.forEach(function (menu) { menu.open = false; }); }

  bar.addEventListener("keydown", function (event) {
    var open = event.target.closest("details[open]");
    if (event.key !== "Escape" || !open) return;
    close();
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", function (event) {
    if (!bar.contains(event.target) || event.target.closest(".gb-where-toc a")) close();
  });

  function choice(place, menu) {
    var has = !menu.dataset.area || place.areas.indexOf(menu.dataset.area) >= 0;
    var line = document.createElement("li"), link = document.createElement("a");
    link.textContent = place.name;
    link.lang = "zh-CN";
    link.href = "../" + place.code + "/" + (has && menu.dataset.area || "index") + ".html";
    if (place.code === menu.dataset.region) link.setAttribute("aria-current", "page");
    line.appendChild(link);
    if (!has) {
      var note = document.createElement("span");
      note.textContent = " " + say("没有这一篇，看公报首页");
      line.appendChild(note);
    }
    return line;
  }

  function search(lines) {
    var field = document.createElement("input"), frame = document.createElement("p");
    field.type = "search";
    field.setAttribute("aria-label", say("按名称找地区"));
    field.placeholder = say("按名称找地区");
    field.addEventListener("input", function () {
      lines.forEach(function (line) { line.hidden = line.textContent.indexOf(field.value.trim()) < 0; });
    });
    frame.appendChild(field);
    return frame;
  }

  var first = menus[0], menu = first.querySelector(".gb-menu"), nearest = menu.querySelector("a");
  first.addEventListener("toggle", function () {
    if (!first.open || menu.dataset.filled || location.protocol === "file:") return;
    menu.dataset.filled = "1";
    // The list is the same for both languages.
    fetch(new URL("places.json", nearest.href.replace(root + "en/", root))).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    }).then(function (list) {
      if (list.format !== 1) throw new Error("format");
      var made = document.createElement("ul");
      var lines = list.places.map(function (place) { return choice(place, menu); });
      lines.forEach(function (line) { made.appendChild(line); });
      if (lines.length > 20) menu.prepend(search(lines), made);
      else menu.prepend(made);
    }).catch(function () { delete menu.dataset.filled; });  // the links to the lists are there
  });
})();

// The citation can be copied; a chart be saved as PNG and a table as Excel file, which the browser makes of what
// the page has (save.js, read when the first is asked for). Without this script the SVG and CSV links are there.
(function () {
  "use strict";
  var own = document.currentScript.src, loading = null, say = window.gongbaoSay;

  function button(text, label, press) {
    var made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.addEventListener("click", function () {
      made.disabled = true;
      saver().then(press).then(function () { tell(made, ""); }, function (error) {
        tell(made, say("没有成功：{a}", { a: error.message }));
      }).then(function () { made.disabled = false; made.focus(); });
    });
    return made;
  }

  function tell(beside, text) {
    var message = beside.parentNode.querySelector(".gb-message");
    if (!message) {
      message = document.createElement("span");
      message.className = "gb-message";
      message.setAttribute("role", "status");
      beside.parentNode.appendChild(message);
    }
    message.textContent = text;
  }

  function saver() {
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = new URL("save.js", own).href;
        script.onload = function () { resolve(window.gongbaoSave); };
        script.onerror = function () { loading = null; reject(new Error(say("程序没有读到"))); };
        document.head.appendChild(script);
      });
    }
    return loading;
  }

  document.querySelectorAll(".gb-tools").forEach(function (tools) {
    var figure = tools.closest("figure, .gb-series, .gb-saved");
    var svg = tools.querySelector('a[href$=".svg"]'), csv = tools.querySelector('a[href$=".csv"]');
    if (!figure) return;
    var heading = figure.querySelector("figcaption b, caption b, h3"), name = heading ? heading.textContent : "";
    if (svg && (location.protocol !== "file:" || figure.querySelector(".gb-chart svg"))) {
      svg.after(" ", button(say("图（PNG）"), name + " " + say("图（PNG）"), function (save) { return save.png(figure, svg); }));
    }
    if (csv && location.protocol !== "file:") {
      csv.after(" ", button(say("数据（Excel）"), name + " " + say("数据（Excel）"), function (save) {
        return save.xlsx(figure, csv);
      }));
    }
  });

  document.querySelectorAll("button.gb-copy").forEach(function (copy) {
    if (!navigator.clipboard) return;
    copy.hidden = false;
    copy.addEventListener("click", function () {
      var text = document.getElementById(copy.dataset.copy).textContent;
      navigator.clipboard.writeText(text).then(function () { tell(copy, say("已复制")); }, function () {
        tell(copy, say("浏览器不允许复制，请选中文字复制"));
      });
    });
  });
})();

// “/” leads to the search field, from wherever a reader is on the page.
(function () {
  "use strict";
  var field = document.querySelector("input[name=q]");
  if (!field) return;
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
