// The interactive view of a chart, loaded only when a reader asks for it. Without this script a page
// is complete: drawing, finding, data table, downloads.
(function () {
  "use strict";
  var buttons = document.querySelectorAll("button.gb-interactive");
  if (!buttons.length) return;
  var bundle = new URL("../../assets/vega.js", document.currentScript.src).href;
  var loading = null;

  function library() {
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        var script = document.createElement("script");
        script.src = bundle;
        script.onload = function () { resolve(window.vegaEmbed); };
        script.onerror = function () { loading = null; reject(new Error("交互组件没有读到")); };
        document.head.appendChild(script);
      });
    }
    return loading;
  }

  function specification(address) {
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error("图的数据没有读到（" + answer.status + "）");
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
      tell(button, "直接打开文件时不能交互查看，请通过网站访问；图下面的数据表内容相同。");
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
    tell(button, "正在读取…");
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
        tell(button, "把指针移到图上看数值；再按一次回到原图。");
      }, function (error) { live.remove(); throw error; });
    }).catch(function (error) {
      tell(button, "交互查看没有成功：" + error.message);
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

  // One edition's revisions of this page, or the words that it has none.
  function line(year, entries, area, code) {
    var item = element("li");
    item.appendChild(element("b", year + "年"));
    var found = entries.filter(function (entry) { return entry.pages[area]; });
    found.forEach(function (entry) {
      var page = entry.pages[area];
      var short = page.replace(/^(\d{4})\/r\d+\//, "$1/");
      var here = Number(own[1]) === year;
      if (entry.latest) item.appendChild(leads("现行", short, here && !own[2]));
      item.appendChild(leads("r" + entry.revision, page, here && Number(own[2]) === entry.revision));
      if (entry.state === "withdrawn") item.appendChild(element("span", "（已撤回）"));
    });
    if (!entries.length) {
      item.appendChild(element("span", "这一年度版里没有本地区"));
    } else if (!found.length) {
      item.appendChild(element("span", "没有这一篇"));
      var shown = entries.find(function (entry) { return entry.latest; }) || entries[0];
      if (shown.pages.index) {
        var home = shown.latest ? shown.pages.index.replace(/^(\d{4})\/r\d+\//, "$1/") : shown.pages.index;
        item.appendChild(leads("看这一年的公报首页", home, false));
      }
    } else if (found[0].code !== code) {
      item.appendChild(element("span", "当时的代码 " + found[0].code + "，" + found[0].name));
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
    message.textContent = "正在读取…";
    Promise.all([read(source), read(root + "editions.json")]).then(function (both) {
      // This script is sealed with its page and may outlive the form of these files.
      if (both[0].format !== 1 || both[1].format !== 1) throw new Error("format");
      panel.appendChild(list(both[0], both[1]));
      var whole = leads("全部领域的列表", "", false);
      whole.href = link.href;
      panel.appendChild(whole);
      panel.appendChild(document.createTextNode("　"));
      panel.appendChild(leads("历年数据", "history/" + link.dataset.region + ".html", false));
      message.textContent = "同一地区、同一内容的其他年度和修订版：";
    }).catch(function () {  // the plain link still leads to the list
      message.textContent = "列表没有读到，请点旁边的链接查看。";
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
  var box = document.createElement("dialog");
  box.className = "gb-ask-box";
  box.setAttribute("aria-label", "数字的出处");

  function show(entry) {
    var shown = entry.cloneNode(true);
    shown.removeAttribute("id");
    shown.lastElementChild.remove();  // the way back
    var shared = entry.parentNode.querySelector(":scope > .gb-shared");
    if (shared) shown.appendChild(shared.cloneNode(true));
    var close = document.createElement("button");
    close.type = "button";
    close.textContent = "关闭";
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
