() => {
  const found = [];
  const shown = (e) => e.checkVisibility() && getComputedStyle(e).visibility !== "hidden"
    && e.getBoundingClientRect().width > 1;
  if (!document.documentElement.lang) found.push("no language");
  if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one h1");
  if (document.querySelectorAll("main").length !== 1) found.push("not exactly one main");
  let level = 1;
  for (const h of document.querySelectorAll("main h1, main h2, main h3, main h4")) {
    const now = Number(h.tagName[1]);
    if (now > level + 1) found.push(`heading jumps to ${h.tagName}: ${h.textContent}`);
    level = now;
  }
  const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
  for (const id of new Set(ids))
    if (ids.filter((one) => one === id).length > 1) found.push(`id twice: ${id}`);
  for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) {
    if (shown(e) && !(e.labels && e.labels.length) && !e.getAttribute("aria-label"))
      found.push(`field without a name: ${e.name}`);
    const about = e.getAttribute("aria-describedby");
    for (const id of about ? about.split(" ") : [])
      if (!document.getElementById(id)) found.push(`describedby names nothing: ${id}`);
  }
  for (const e of document.querySelectorAll("a, button")) {
    if (!shown(e)) continue;
    if (!e.textContent.trim() && !e.getAttribute("aria-label")) found.push("link or button without a name");
  }
  for (const e of document.querySelectorAll("button, .button, select, input:not([type=hidden])")) {
    if (!shown(e)) continue;
    const box = e.getBoundingClientRect();
    if (box.height < 24 - 2 && !(e.labels && e.labels.length)) found.push(`target too small: ${e.outerHTML}`);
  }
  for (const t of document.querySelectorAll("table"))
    for (const th of t.querySelectorAll("th")) if (!th.scope) found.push("th without scope");
  const rgb = (c) => (c.match(/[\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length && (c.length < 4 || c[3] > 0)) return c;
    }
    return [255, 255, 255];
  };
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !shown(e) || e.closest("svg") || e.tagName === "OPTION") continue;
    const style = getComputedStyle(e), size = parseFloat(style.fontSize);
    const [a, b] = [lum(rgb(style.color)), lum(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.push(`contrast ${ratio.toFixed(2)}: ${e.textContent.trim().slice(0, 30)}`);
  }
  return found;
}
