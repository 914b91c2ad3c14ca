// A chart as PNG, a table as Excel file: made here of the chart and the CSV that the page has, so that a site need
// not hold a copy of each. gongbao.js reads this file when a reader asks for the first.
window.gongbaoSave = (function () {
  "use strict";
  var say = window.gongbaoSay, SCALE = 2, MARGIN = 24, LINE = 22;
  var encoder = new TextEncoder();

  function give(blob, ending, figure) {
    var link = document.createElement("a");
    var words = [document.querySelector("h1").textContent, named(figure)];
    link.href = URL.createObjectURL(blob);
    link.download = words.join(" ").trim().replace(/[\\/:*?"<>|\s]+/g, "_") + ending;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
  }

  function text(element) { return element ? element.textContent.trim() : ""; }

  // What a file is called after the page, and what stands in it above its notes. A figure or table has a caption, a
  // series (.gb-series) a heading and a finding, and what is saved of a whole page (.gb-saved) the page's title.
  function named(figure) {
    var heading = figure.querySelector("figcaption b, caption b, h3");
    return heading ? heading.textContent : figure.id;
  }

  function said(figure) {
    var caption = figure.querySelector("figcaption");
    var finding = text(figure.querySelector(caption ? ".gb-finding" : ".gb-series-finding"));
    if (caption) return { title: text(caption).replace(finding, "").trim(), finding: finding };
    var table = figure.tagName === "FIGURE" ? figure.querySelector("caption") : null;
    var words = [text(document.querySelector("h1")), figure.id ? "" : named(figure)].filter(Boolean).join(document.documentElement.lang === "en" ? ": " : "：");
    return { title: table ? text(table) : words, finding: finding };
  }

  function cited() {
    var own = document.querySelector("link[rel=canonical]");
    return text(document.getElementById("cite")) || document.title + (own ? "，" + own.href : "");
  }

  function read(address) {
    return fetch(address).then(function (answer) {
      if (!answer.ok) throw new Error(say("文件没有读到（{n}）", { n: answer.status }));
      return answer.text();
    });
  }

  // --- PNG ---------------------------------------------------------------------------------------------

  function drawing(figure, link) {
    var inline = figure.querySelector(".gb-chart svg");
    if (!inline) return read(link.href);
    var copy = inline.cloneNode(true), box = inline.viewBox.baseVal;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("xmlns:xlink", "http://www.w3.org/1999/xlink");
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    return Promise.resolve(new XMLSerializer().serializeToString(copy));
  }

  function picture(svg) {
    return new Promise(function (resolve, reject) {
      var image = new Image();
      image.onload = function () { resolve(image); };
      image.onerror = function () { reject(new Error(say("浏览器画不出这幅图"))); };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(svg);
    });
  }

  // Lines of at most `width`: Chinese may be broken after any character but before a closing sign, numbers and
  // words stay whole.
  function broken(pen, words, width) {
    var lines = [], line = "";
    (words.match(/(?:[A-Za-z0-9.,%\/:_-]+|.)[，。；：、！？）》」』”’％]*/gu) || []).forEach(function (part) {
      if (line && pen.measureText(line + part).width > width) { lines.push(line); line = ""; }
      line += part;
    });
    return line ? lines.concat(line) : lines;
  }

  // The drawing on white, below it what it is, what it shows and where it is from.
  function png(figure, link) {
    return drawing(figure, link).then(picture).then(function (image) {
      var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
      var family = getComputedStyle(document.body).fontFamily;
      var width = Math.max(image.naturalWidth, 420), words = said(figure);
      var notes = Array.from(figure.querySelectorAll(":scope > .gb-note"), text);
      var parts = [["600 15px ", "#1d2530", words.title], ["14px ", "#1d2530", words.finding]]
        .concat(notes.concat(cited()).map(function (note) { return ["12px ", "#4f5b69", note]; }));
      var lines = [];
      parts.forEach(function (part) {
        pen.font = part[0] + family;
        broken(pen, part[2], width).forEach(function (line) { lines.push([part[0] + family, part[1], line]); });
      });
      canvas.width = (width + 2 * MARGIN) * SCALE;
      canvas.height = (image.naturalHeight + 2 * MARGIN + 8 + lines.length * LINE) * SCALE;
      pen.scale(SCALE, SCALE);
      pen.fillStyle = "#ffffff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, MARGIN, MARGIN, image.naturalWidth, image.naturalHeight);
      lines.forEach(function (line, i) {
        pen.font = line[0];
        pen.fillStyle = line[1];
        pen.fillText(line[2], MARGIN, MARGIN + image.naturalHeight + 8 + (i + 1) * LINE - 6);
      });
      return new Promise(function (resolve, reject) {
        canvas.toBlob(function (blob) { blob ? resolve(blob) : reject(new Error(say("图太大"))); }, "image/png");
      });
    }).then(function (blob) { give(blob, ".png", figure); });
  }

  // --- Excel -------------------------------------------------------------------------------------------

  function rows(csv) {
    var found = [[]], cell = "", quoted = false;
    csv = csv.replace(/^\ufeff/, "").replace(/\r\n/g, "\n");
    for (var i = 0; i < csv.length; i += 1) {
      var sign = csv[i];
      if (quoted) {
        if (sign !== '"') cell += sign;
        else if (csv[i + 1] === '"') { cell += '"'; i += 1; }
        else quoted = false;
      } else if (sign === '"') quoted = true;
      else if (sign === ",") { found[found.length - 1].push(cell); cell = ""; }
      else if (sign === "\n") { found[found.length - 1].push(cell); cell = ""; found.push([]); }
      else cell += sign;
    }
    if (cell) found[found.length - 1].push(cell);
    return found.filter(function (row) { return row.length; });
  }

  function safe(words) {
    return words.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, "")
      .replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  // Numbers as numbers, shown with the decimals that are published, also where these are zeros; but nothing that
  // begins with 0 or is too long to be held exactly: those are codes.
  var PLACES = [1, 2, 3, 4, 5, 6];

  function cell(value, style) {
    var number = /^-?(?:0|[1-9]\d*)(?:\.(\d+))?$/.exec(value);
    if (number && value.length <= 15) {
      var places = number[1] ? Math.min(number[1].length, PLACES.length) : 0;
      return "<c" + (places ? ' s="' + (1 + places) + '"' : "") + "><v>" + value + "</v></c>";
    }
    return '<c t="inlineStr"' + style + '><is><t xml:space="preserve">' + safe(value) + "</t></is></c>";
  }

  function sheet(lines, head) {
    return '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
      + '2006/main">' + (head ? '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
      + 'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' : "") + "<sheetData>"
      + lines.map(function (line, i) {
        var style = head && !i ? ' s="1"' : "";
        return "<row>" + line.map(function (value) { return cell(value, style); }).join("") + "</row>";
      }).join("") + "</sheetData></worksheet>";
  }

  var MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  var OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  var PACKAGE = "http://schemas.openxmlformats.org/package/2006/";
  var KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.";

  function parts(data, about) {
    var head = '<?xml version="1.0" encoding="UTF-8"?>';
    return {
      "[Content_Types].xml": head + '<Types xmlns="' + PACKAGE + 'content-types"><Default Extension="rels" '
        + 'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        + [["workbook", "sheet.main"], ["styles", "styles"], ["worksheets/sheet1", "worksheet"],
          ["worksheets/sheet2", "worksheet"]].map(function (part) {
          return '<Override PartName="/xl/' + part[0] + '.xml" ContentType="' + KIND + part[1] + '+xml"/>';
        }).join("") + "</Types>",
      "_rels/.rels": head + '<Relationships xmlns="' + PACKAGE + 'relationships"><Relationship Id="r1" Type="' + OFFICE
        + '/officeDocument" Target="xl/workbook.xml"/></Relationships>',
      "xl/workbook.xml": head + '<workbook xmlns="' + MAIN + '" xmlns:r="' + OFFICE + '"><sheets>'
        + '<sheet name="' + say("数据") + '" sheetId="1" r:id="r1"/><sheet name="' + say("说明")
        + '" sheetId="2" r:id="r2"/></sheets></workbook>',
      "xl/_rels/workbook.xml.rels": head + '<Relationships xmlns="' + PACKAGE + 'relationships">'
        + [["r1", "worksheet", "worksheets/sheet1"], ["r2", "worksheet", "worksheets/sheet2"],
          ["r3", "styles", "styles"]].map(function (part) {
          return '<Relationship Id="' + part[0] + '" Type="' + OFFICE + "/" + part[1] + '" Target="' + part[2] + '.xml"/>';
        }).join("") + "</Relationships>",
      "xl/styles.xml": head + '<styleSheet xmlns="' + MAIN + '"><numFmts count="' + PLACES.length + '">'
        + PLACES.map(function (n) {
          return '<numFmt numFmtId="' + (163 + n) + '" formatCode="0.' + "0".repeat(n) + '"/>';
        }).join("") + '</numFmts><fonts count="2"><font/><font><b/></font></fonts>'
        + '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        + '</fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        + '<cellXfs count="' + (2 + PLACES.length) + '"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/>'
        + PLACES.map(function (n) {
          return '<xf xfId="0" numFmtId="' + (163 + n) + '" applyNumberFormat="1"/>';
        }).join("") + "</cellXfs></styleSheet>",
      "xl/worksheets/sheet1.xml": sheet(data, true),
      "xl/worksheets/sheet2.xml": sheet(about, false)
    };
  }

  var TABLE = Array.from({ length: 256 }, function (_, n) {
    for (var i = 0; i < 8; i += 1) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
    return n >>> 0;
  });

  function checksum(bytes) {
    var sum = 0xffffffff;
    bytes.forEach(function (byte) { sum = (sum >>> 8) ^ TABLE[(sum ^ byte) & 255]; });
    return (sum ^ 0xffffffff) >>> 0;
  }

  // Bytes of numbers given as [value, size] pairs, the lowest first.
  function numbers(pairs) {
    var out = [];
    pairs.forEach(function (pair) {
      for (var i = 0; i < pair[1]; i += 1) out.push(Math.floor(pair[0] / Math.pow(256, i)) & 255);
    });
    return Uint8Array.from(out);
  }

  // A zip without compression; its files are dated 1980-01-01, so that the same table gives the same bytes.
  function zipped(files) {
    var body = [], index = [], at = 0, indexed = 0, names = Object.keys(files);
    names.forEach(function (name) {
      var path = encoder.encode(name), data = encoder.encode(files[name]);
      var about = [[20, 2], [0x800, 2], [0, 2], [0, 2], [33, 2], [checksum(data), 4], [data.length, 4], [data.length, 4],
        [path.length, 2], [0, 2]];
      var local = numbers([[0x04034b50, 4]].concat(about));
      var entry = numbers([[0x02014b50, 4], [20, 2]].concat(about, [[0, 2], [0, 2], [0, 2], [0, 4], [at, 4]]));
      body.push(local, path, data);
      index.push(entry, path);
      at += local.length + path.length + data.length;
      indexed += entry.length + path.length;
    });
    var end = numbers([[0x06054b50, 4], [0, 2], [0, 2], [names.length, 2], [names.length, 2], [indexed, 4], [at, 4], [0, 2]]);
    return body.concat(index, [end]);
  }

  function xlsx(figure, link) {
    return read(link.href).then(function (csv) {
      var caption = figure.querySelector("figcaption"), words = said(figure);
      var heading = caption ? [text(caption)] : [words.title].concat(words.finding || []);
      var notes = Array.from(figure.querySelectorAll(":scope > .gb-note"), text);
      var about = heading.concat(notes, cited()).map(function (line) { return [line]; });
      give(new Blob(zipped(parts(rows(csv), about)), { type: KIND + "sheet" }), ".xlsx", figure);
    });
  }

  return { png: png, xlsx: xlsx };
})();
