// What is wrong with how the page looks and is built: a list of sentences, empty when all is well.
const wrong = [];
const root = document.documentElement;
if (root.scrollWidth > root.clientWidth) {
  const scrolls = (one) => one !== document.body && one !== root && (getComputedStyle(one).overflowX !== "visible" || scrolls(one.parentElement));
  const wide = [...document.querySelectorAll("body *")].filter((one) => one.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(one));
  wrong.push(`wider than the window: ${root.scrollWidth} > ${root.clientWidth}: ${wide.slice(0, 3).map((one) => one.outerHTML.slice(0, 80)).join(" | ")}`);
}

let level = 0;
for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) wrong.push(`a heading skips a level: ${heading.textContent.trim()}`);
  level = own;
}
if (document.querySelectorAll("h1").length !== 1) wrong.push("there is not exactly one h1");

for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
  if (!field.labels.length && !field.getAttribute("aria-label")) wrong.push(`a field without a label: ${field.outerHTML}`);
}
for (const head of document.querySelectorAll("th:not([scope])")) wrong.push(`a table header without a scope: ${head.outerHTML}`);
const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) wrong.push(`an id twice: ${id}`);
for (const one of document.querySelectorAll("a, button, summary")) {
  const name = one.textContent.trim() || one.getAttribute("aria-label") || one.querySelector("img[alt]")?.alt;
  if (!name) wrong.push(`nothing to call it by: ${one.outerHTML.slice(0, 120)}`);
}

// Contrast: text against what lies behind it, by the formula of WCAG 2.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const rgba = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const over = (top, under) => [0, 1, 2].map((at) => top[at] * top[3] + under[at] * (1 - top[3])).concat(1);
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const behind = (one) => {
  const grounds = [];
  for (let at = one; at; at = at.parentElement) grounds.push(rgba(getComputedStyle(at).backgroundColor));
  return grounds.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
};
const told = new Set();
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode()) {
  const one = texts.currentNode.parentElement;
  if (!texts.currentNode.textContent.trim() || !one.checkVisibility() || one.closest("title, option")) continue;
  const style = getComputedStyle(one);
  const ground = behind(one);
  const ink = over(rgba(one.closest("svg") ? style.fill : style.color), ground);
  const [low, high] = [light(ground), light(ink)].sort((a, b) => a - b);
  const ratio = (high + 0.05) / (low + 0.05);
  const isLarge = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
  const key = `${one.tagName}.${one.getAttribute("class")} ${style.color}`;
  if (ratio < (isLarge ? 3 : 4.5) && !told.has(key)) {
    told.add(key);
    wrong.push(`contrast ${ratio.toFixed(2)}: ${key}: ${texts.currentNode.textContent.trim().slice(0, 40)}`);
  }
}
return wrong;
