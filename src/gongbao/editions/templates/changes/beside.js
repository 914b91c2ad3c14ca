// From one difference to the next, in both frames at once: the buttons, the list, or the keys N and P.
(function () {
  "use strict";
  var frames = [].slice.call(document.querySelectorAll("iframe"));
  var links = [].slice.call(document.querySelectorAll("[data-go]"));
  var at = document.querySelector(".gb-at");
  var toggle = document.querySelector(".gb-toggle");
  var now = 0;

  function marksOf(frame) {
    return frame.contentDocument ? [].slice.call(frame.contentDocument.querySelectorAll("[data-gb-difference]")) : [];
  }

  // A side that lacks a difference shows the last one before it.
  function show(frame, number) {
    var best = null;
    marksOf(frame).forEach(function (mark) {
      mark.classList.remove("gb-here");
      var own = Number(mark.dataset.gbDifference);
      if (own <= number && (!best || own >= Number(best.dataset.gbDifference))) best = mark;
    });
    if (!best) return;
    for (var d = best.closest("details"); d; d = d.parentElement.closest("details")) d.open = true;
    if (Number(best.dataset.gbDifference) === number) best.classList.add("gb-here");
    best.scrollIntoView({ block: "center" });
  }

  function go(number) {
    if (!links.length) return;
    now = (number - 1 + links.length) % links.length + 1;
    frames.forEach(function (frame) { show(frame, now); });
    links.forEach(function (link) {
      if (Number(link.dataset.go) === now) {
        link.setAttribute("aria-current", "true");
        link.scrollIntoView({ block: "nearest" });
      } else link.removeAttribute("aria-current");
    });
    at.textContent = "第 " + now + " 处，共 " + links.length + " 处";
  }

  function key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var step = { n: 1, p: -1 }[event.key.toLowerCase()];
    if (!step) return;
    event.preventDefault();
    go(now + step);
  }

  document.addEventListener("keydown", key);
  frames.forEach(function (frame) {
    function listen() { if (frame.contentDocument) frame.contentDocument.addEventListener("keydown", key); }
    frame.addEventListener("load", listen);
    listen();
  });
  document.querySelectorAll("[data-step]").forEach(function (button) {
    button.addEventListener("click", function () { go(now + Number(button.dataset.step)); });
  });
  links.forEach(function (link) {
    link.addEventListener("click", function (event) { event.preventDefault(); go(Number(link.dataset.go)); });
  });
  toggle.addEventListener("click", function () {
    var old = document.body.classList.toggle("gb-show-old");
    toggle.setAttribute("aria-pressed", String(old));
    toggle.textContent = old ? "看草稿" : "看已发布的";
    if (now) go(now);
  });
})();
