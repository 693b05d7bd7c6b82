"use strict";

// Charts: drawn as SVG in the width of their place, again when that changes, and for print.
const { config, figures } = JSON.parse(document.getElementById("charts").textContent);
const options = {
  mode: "vega-lite", renderer: "svg", actions: false, config,
  tooltip: { id: "tip", disableDefaultStyle: true },
};
const NARROW = 620;
const PRINT_WIDTH = 640;
const PANELS_PRINT_WIDTH = 300; // two side by side
const drawn = new Map();

async function draw(place, width) {
  const kind = width < NARROW ? "narrow" : "wide";
  const before = drawn.get(place);
  if (before?.kind === kind) {
    resize(place, width);
    return;
  }
  drawn.set(place, { kind, width });
  const { rows, [kind]: chart } = figures[place.dataset.chart];
  const { view } = await vegaEmbed(place, { ...chart, width, datasets: { rows } }, options);
  drawn.set(place, { kind, width, view });
  // The place has a name and the table has the numbers: assistive technology skips the marks.
  place.querySelector("svg").setAttribute("aria-hidden", "true");
}

function resize(place, width) {
  const { view } = drawn.get(place) ?? {};
  view?.width(width).run();
}

const places = [...document.querySelectorAll("[data-chart]")];
const resized = new ResizeObserver((entries) => {
  for (const { target, contentRect } of entries) {
    const width = Math.floor(contentRect.width);
    if (width) draw(target, width);
  }
});
places.forEach((place) => resized.observe(place));
function printWidth(place) {
  return place.closest(".panels") ? PANELS_PRINT_WIDTH : PRINT_WIDTH;
}
addEventListener("beforeprint", () => places.forEach((place) => resize(place, printWidth(place))));
addEventListener("afterprint", () => places.forEach((place) => resize(place, place.clientWidth)));

// Light and dark
const theme = document.getElementById("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
function isDark() {
  return (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
}
function nameTheme() {
  theme.textContent = isDark() ? "Light" : "Dark";
  theme.setAttribute("aria-label", `Switch to ${isDark() ? "light" : "dark"} colours`);
}
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
});
dark.addEventListener("change", nameTheme);
nameTheme();
document.getElementById("print").addEventListener("click", () => print());

// Filter of the cards
const filter = document.getElementById("filter");
const cards = [...document.querySelectorAll(".card")];
const { currency } = document.documentElement.dataset;
const money = new Intl.NumberFormat("en-GB", { style: "currency", currency, maximumFractionDigits: 0 });

function applyFilter() {
  const words = filter.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
  const { action, country } = filter.elements;
  for (const card of cards) {
    const there = JSON.parse(card.dataset.countries)[country.value];
    card.hidden =
      !words.every((word) => card.textContent.toLowerCase().includes(word)) ||
      (action.value && card.dataset.action !== action.value) ||
      (country.value && !there);
    const line = card.querySelector(".there");
    line.hidden = !there;
    if (there) line.textContent = `${country.value}: ${there[0]} of these customers, ${money.format(there[1])}`;
  }
  const count = cards.filter((card) => !card.hidden).length;
  filter.querySelector("output").textContent =
    count === cards.length ? `All ${count} segments` : `${count} of ${cards.length} segments`;
}
filter.addEventListener("input", applyFilter);
filter.addEventListener("reset", () => setTimeout(applyFilter));
filter.addEventListener("submit", (event) => event.preventDefault());
applyFilter();
