// What the tests of the report ask of the page: each function returns what is wrong with it.
window.inspect = (() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  canvas.canvas.width = canvas.canvas.height = 1;

  function rgba(colour) {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  function luminance([red, green, blue]) {
    const [r, g, b] = [red, green, blue].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  }

  function background(element) {
    for (let at = element; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  }

  function texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const parent = node.parentElement;
      if (!node.data.trim() || parent.closest("script, style, noscript, .spoken, .skip, thead, option")) continue;
      if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rects = [...range.getClientRects()].filter((rect) => rect.width > 0.5);
      if (rects.length) found.push({ node, parent, rects });
    }
    return found;
  }

  const words = (node) => node.data.trim().slice(0, 60);

  return {
    clipped() {
      const wrong = [];
      const wide = document.documentElement;
      if (wide.scrollWidth > wide.clientWidth) wrong.push(`page scrolls to ${wide.scrollWidth}`);
      for (const { node, parent, rects } of texts()) {
        const svg = parent.closest("svg");
        for (const rect of rects) {
          if (rect.left < -0.5 || rect.right > wide.clientWidth + 0.5) wrong.push(`off the page: ${words(node)}`);
          if (svg) {
            const frame = svg.getBoundingClientRect();
            if (rect.left < frame.left - 1 || rect.right > frame.right + 1 || rect.top < frame.top - 1 || rect.bottom > frame.bottom + 1)
              wrong.push(`outside its chart: ${words(node)}`);
            if (node.data.includes("…")) wrong.push(`shortened: ${words(node)}`);
          }
        }
        for (let at = parent; at && !svg; at = at.parentElement)
          if (getComputedStyle(at).overflowX !== "visible" && at.scrollWidth > at.clientWidth + 1)
            wrong.push(`cut off: ${words(node)}`);
      }
      return wrong;
    },

    overlapping() {
      const wrong = [];
      for (const svg of document.querySelectorAll(".chart svg")) {
        const labels = texts().filter(({ parent }) => svg.contains(parent));
        labels.forEach((one, index) => {
          for (const other of labels.slice(index + 1)) {
            const [a, b] = [one.rects[0], other.rects[0]];
            const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (x > 1 && y > 4) wrong.push(`${words(one.node)} on ${words(other.node)}`);
          }
        });
      }
      return wrong;
    },

    small() {
      return texts()
        .filter(({ parent }) => parseFloat(getComputedStyle(parent).fontSize) < 12)
        .map(({ node }) => words(node));
    },

    faint() {
      const wrong = [];
      for (const { node, parent } of texts()) {
        const style = getComputedStyle(parent);
        const size = parseFloat(style.fontSize);
        const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const colour = rgba(parent.closest("svg") ? style.fill : style.color);
        const value = contrast(colour, background(parent));
        if (value < (isLarge ? 3 : 4.5)) wrong.push(`${value.toFixed(2)}: ${words(node)}`);
      }
      return wrong;
    },

    // A mark is seen by its fill or by its outline.
    faintMarks() {
      const wrong = [];
      for (const mark of document.querySelectorAll(".chart .role-mark path")) {
        const style = getComputedStyle(mark);
        const seen = [style.fill, style.stroke].filter((colour) => colour !== "none").map(rgba);
        const value = Math.max(0, ...seen.filter((c) => c[3]).map((c) => contrast(c, background(mark))));
        if (seen.length && value < 3) wrong.push(`${mark.closest("[data-chart]").dataset.chart}: ${value.toFixed(2)}`);
      }
      return [...new Set(wrong)];
    },

    chartsWithoutMarks() {
      const isSeen = (mark) => {
        const { width, height } = mark.getBoundingClientRect();
        return Math.max(width, height) > 8;
      };
      return [...document.querySelectorAll("[data-chart]")]
        .filter((chart) => ![...chart.querySelectorAll("svg .role-mark path, svg .role-mark line")].some(isSeen))
        .map((chart) => chart.dataset.chart);
    },

    unnamed() {
      const wrong = [];
      for (const element of document.querySelectorAll("a, button, input, select, summary, [role=img], section, article, nav, form:not(.vega-bindings)")) {
        const named = (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.textContent ?? "").join("");
        const name = element.getAttribute("aria-label") ?? "";
        if (![name, named, element.textContent, element.labels?.[0]?.textContent ?? ""].some((text) => text.trim()))
          wrong.push(element.outerHTML.slice(0, 80));
      }
      const levels = [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => Number(heading.tagName[1]));
      if (levels.filter((level) => level === 1).length !== 1) wrong.push("not one h1");
      levels.forEach((level, index) => {
        if (index && level > levels[index - 1] + 1) wrong.push(`h${level} after h${levels[index - 1]}`);
      });
      const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
      ids.filter((id, index) => ids.indexOf(id) !== index).forEach((id) => wrong.push(`twice: #${id}`));
      return wrong;
    },
  };
})();
