// Only in the preview: reload after a build, show why a build failed.
(function () {
  "use strict";
  var version = null;
  var notice = null;

  // What is released of this page, beside it.
  var said = document.currentScript && document.currentScript.dataset;
  if (said && said.beside) {
    var offer = document.createElement(said.address ? "a" : "span");
    if (said.address) offer.href = said.address;
    offer.id = "gongbao-beside";
    offer.textContent = said.beside;
    offer.style.cssText = "position:fixed;right:1rem;bottom:1rem;z-index:98;padding:.35rem .9rem;border-radius:1rem;" +
      "background:" + (said.address ? "#0b4a82" : "#4f5b69") + ";color:#fff;font:15px/1.6 sans-serif";
    document.body.append(offer);
  }

  function tell(text) {
    if (notice) notice.remove();
    notice = null;
    if (!text) return;
    notice = document.createElement("div");
    notice.id = "gongbao-build-error";
    notice.setAttribute("role", "alert");
    notice.style.cssText = "position:sticky;top:0;z-index:99;max-height:60vh;overflow:auto;padding:1rem 1.25rem;" +
      "background:#7a1f14;color:#fff;font:15px/1.6 sans-serif";
    var title = document.createElement("strong");
    title.textContent = "构建没有成功，下面仍是上一次的网站。改正后会自动更新。";
    var detail = document.createElement("pre");
    detail.style.cssText = "white-space:pre-wrap;margin:.5rem 0 0;background:none;color:inherit";
    detail.textContent = text;
    notice.append(title, detail);
    document.body.prepend(notice);
  }

  new EventSource("/_gongbao/events").onmessage = function (event) {
    var state = JSON.parse(event.data);
    if (version !== null && state.version !== version) { location.reload(); return; }
    version = state.version;
    tell(state.error);
  };
})();
