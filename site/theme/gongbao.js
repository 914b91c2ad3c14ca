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
