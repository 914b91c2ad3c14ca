// Around Vega and Vega-Lite in a bare V8: what they expect of a browser, text measured from a table, and
// `gongbao.draw`. Evaluated before the two libraries.
"use strict";

// What Vega waits for is done when everything else is, however long it would wait; nothing is repeated.
let waiting = [];
globalThis.setTimeout = (work, _, ...values) => waiting.push(() => work(...values));
globalThis.setInterval = () => 0;
globalThis.clearTimeout = globalThis.clearInterval = () => undefined;

// Vega-Lite copies parts of a specification with it: data, without functions.
globalThis.structuredClone = (value) => {
  const copies = new Map(); // the same object twice stays one object, also in a circle
  const copy = (old) => {
    if (typeof old === "function" || typeof old === "symbol") throw new Error("A function can't be copied.");
    if (typeof old !== "object" || old === null) return old;
    if (copies.has(old)) return copies.get(old);
    let made;
    const keep = (empty) => (copies.set(old, empty), empty);
    if (old instanceof Date) made = keep(new Date(old));
    else if (old instanceof Set) {
      made = keep(new Set());
      for (const each of old) made.add(copy(each));
    } else if (old instanceof Map) {
      made = keep(new Map());
      for (const [key, each] of old) made.set(copy(key), copy(each));
    } else {
      made = keep(Array.isArray(old) ? new Array(old.length) : {});
      for (const key of Object.keys(old)) made[key] = copy(old[key]);
    }
    return made;
  };
  return copy(value);
};

globalThis.gongbao = (() => {
  let usual = 0;
  let ligature = /$^/g; // none yet
  let signs = {};
  const widths = new Map();
  const kerning = new Map();
  // Soft hyphens, joiners, marks of direction: they take no room, whatever a font says.
  const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]/g;

  function start(table) {
    usual = table.usual;
    signs = table.ligatures;
    const longest = Object.keys(signs).sort((a, b) => b.length - a.length);
    ligature = new RegExp(longest.join("|"), "g");
    for (const [width, chars] of Object.entries(table.widths))
      for (const char of chars) widths.set(char, Number(width));
    for (const [first, values] of Object.entries(table.kerning)) {
      const pairs = new Map();
      for (const [value, chars] of Object.entries(values))
        for (const char of chars) pairs.set(char, Number(value));
      kerning.set(first, pairs);
    }
    vega.textMetrics.width = (item, text) => {
      const width = measure(text, vega.fontSize(item));
      return item.limit > 0 ? Math.min(width, item.limit) : width;
    };
  }

  // The width in pixels, by the rules of SVG text: spaces run together and end no line.
  function measure(text, size) {
    const line = String(text).replace(/[ \t\r\n]+/g, " ").replace(/^ | $/g, "");
    const shown = line.replace(invisible, "").replace(ligature, (found) => signs[found]);
    let sum = 0;
    let pairs;
    for (const char of shown) {
      const width = widths.get(char);
      sum += (width === undefined ? unknown(char) : width) + ((pairs && pairs.get(char)) || 0);
      pairs = kerning.get(char);
    }
    // In the single precision of vl-convert, which measures a text that stands at 20.
    return Math.fround(Math.fround(20 + (sum * size) / usual) - 20);
  }

  // What the font lacks: a build warns of it. A Chinese character fills the square, another is like a digit.
  const unknown = (char) => (char < "\u2e80" ? widths.get("0") : usual);

  // Warnings are about matters of taste; errors are thrown.
  const quiet = { level(l) { return l == null ? 0 : this; } };
  for (const name of ["error", "warn", "info", "debug"]) quiet[name] = () => quiet;

  // Vega-Lite puts the rows of `datasets` into what it makes without looking at them, and so does Vega's parser.
  // So charts that differ in their rows alone are compiled and parsed once; the names, digests of the rows,
  // become numbers for that. What is parsed is only read by the views made of it.
  const known = new Map();
  const ROOM = 300;

  function compiled(lite) {
    const names = Object.keys(lite.datasets ?? {});
    if (!names.length || !names.every((name) => /^data-[0-9a-f]{32}$/.test(name)))
      return vega.parse(vegaLite.compile(lite, { logger: quiet }).spec);
    const rows = new Map();
    const empty = {};
    names.forEach((name, number) => {
      rows.set(`rows-${number}`, lite.datasets[name]);
      empty[`rows-${number}`] = [];
    });
    const bare = JSON.stringify({ ...lite, datasets: 0 });
    const key = names.reduce((form, name, number) => form.replaceAll(`"${name}"`, `"rows-${number}"`), bare);
    let made = known.get(key);
    if (made === undefined) {
      const { spec } = vegaLite.compile({ ...JSON.parse(key), datasets: empty }, { logger: quiet });
      const places = new Map(); // the list that stands for rows -> their name
      for (const each of spec.data ?? [])
        if (rows.has(each.name)) places.set((each.values = []), each.name);
      made = { parsed: vega.parse(spec), places };
      if (known.size >= ROOM) known.clear();
      known.set(key, made);
    }
    const { parsed, places } = made;
    const filled = (operator) => {
      const name = places.get(operator.value?.$ingest);
      return name === undefined ? operator : { ...operator, value: { ...operator.value, $ingest: rows.get(name) } };
    };
    return { ...parsed, operators: parsed.operators.map(filled) };
  }

  let drawing = null; // {svg, fault} as soon as it is settled

  function draw(text) {
    drawing = null;
    waiting = [];
    const refused = [];
    const refuse = async (address) => {
      refused.push(address);
      throw new Error("refused");
    };
    try {
      const parsed = compiled(JSON.parse(text));
      const loader = vega.loader({ mode: "http", baseURL: "https://vega.github.io/vega-datasets/" });
      loader.load = loader.http = loader.file = refuse;
      const view = new vega.View(parsed, { renderer: "none", loader });
      // As vl-convert does: without it the ticks of a map that can be selected are missing (vega#3481).
      const tick = () => { try { view.signal("geo_interval_init_tick", {}); } catch { /* no such signal */ } };
      view.runAsync().then(tick).then(() => view.runAsync()).then(() => view.toSVG()).then(
        (svg) => { drawing = refused.length ? faulty(`External data are not allowed: ${refused}`) : { svg, fault: "" }; },
        (error) => { drawing = faulty(error); },
      ).finally(() => view.finalize());
    } catch (error) {
      drawing = faulty(error);
    }
  }

  const faulty = (error) => ({ svg: "", fault: String(error) || "unknown" });

  // What came of the last `draw`, as JSON. Otherwise one more turn of what waits is done, and the answer is
  // how many there were.
  function take() {
    if (drawing !== null) return JSON.stringify([drawing.svg, drawing.fault]);
    const turn = waiting;
    waiting = [];
    for (const work of turn) work();
    return turn.length;
  }

  return { start, draw, take, measure };
})();
