"use strict";
(() => {
const main = document.querySelector("main"), box = document.querySelector("input"), shown = document.getElementById("shown");
const flags = {e: false, s: false, q: false}, slow = +main.dataset.slow;
let flows = [...main.querySelectorAll("details")], at = -1;
const units = {us: .001, "µs": .001, ms: 1, s: 1000, m: 60000, h: 3600000};
function term(text) {
  const m = /^(status|duration|events|state)(>=|<=|!=|=|>|<)(.+)$/.exec(text);
  if (!m) { const low = text.toLowerCase(); return d => (d.low ??= d.textContent.toLowerCase() + " " + d.id).includes(low); }
  const key = {status: "t", duration: "d", events: "n", state: "s"}[m[1]];
  const v = /^([\d.]+)\s*(us|µs|ms|s|m|h)?$/.exec(m[3]);
  const want = v ? v[1] * (m[1] === "duration" ? units[v[2] || "s"] : 1) : m[3];
  return d => {
    const have = v ? +d.dataset[key] : d.dataset[key];
    switch (m[2]) { case ">=": return have >= want; case "<=": return have <= want; case ">": return have > want;
      case "<": return have < want; case "!=": return have != want; default: return have == want; }
  };
}
function match(d, terms) {
  if (flags.e && d.dataset.s !== "failed") return false;
  if (flags.s && !(+d.dataset.d >= slow)) return false;
  if (!flags.q && d.dataset.q && !terms.length) return false;
  return terms.every(t => t(d));
}
function apply() {
  const terms = box.value.replace(/\b(status|duration|events|state)\s*([><=!]=?)\s*/g, "$1$2").split(/\s+/).filter(Boolean).map(term);
  let n = 0;
  for (const d of flows) if (!(d.hidden = !match(d, terms))) n++;
  shown.textContent = n + " of " + flows.length;
}
for (const b of document.querySelectorAll("button")) b.addEventListener("click", () => {
  flags[b.name] = !flags[b.name];
  b.setAttribute("aria-pressed", flags[b.name]);
  apply();
});
box.addEventListener("input", apply);
function go(step) {
  const seen = flows.filter(d => !d.hidden);
  if (!seen.length) return;
  const i = Math.max(0, Math.min(seen.length - 1, seen.indexOf(flows[at]) + step));
  flows[at]?.classList.remove("at");
  at = flows.indexOf(seen[i]);
  seen[i].classList.add("at");
  seen[i].scrollIntoView({block: "nearest"});
}
addEventListener("keydown", ev => {
  if (ev.ctrlKey || ev.metaKey || ev.altKey) return;
  if (ev.target === box) { if (ev.key === "Escape") { box.value = ""; box.blur(); apply(); } return; }
  switch (ev.key) {
  case "/": box.focus(); ev.preventDefault(); break;
  case "j": go(1); break;
  case "k": go(-1); break;
  case "Enter": if (flows[at] && ev.target === document.body) flows[at].open = !flows[at].open; break;
  case "e": document.querySelector("button[name=e]").click(); break;
  case "Escape": box.value = ""; apply(); break;
  }
});
function hash() {
  const d = document.getElementById(location.hash.slice(1));
  if (d && d.tagName === "DETAILS") { d.open = true; d.hidden = false; d.scrollIntoView(); }
}
addEventListener("hashchange", hash);
apply();
hash();
if (main.dataset.live) {
  const source = new EventSource("events");
  source.onmessage = ev => {
    const t = document.createElement("template");
    t.innerHTML = JSON.parse(ev.data);
    const d = t.content.firstElementChild;
    main.prepend(d);
    flows.unshift(d);
    if (at >= 0) at++;
    while (flows.length > 2000) flows.pop().remove();
    apply();
  };
  source.onopen = () => document.title = "ezlogs flows";
  source.onerror = () => { document.title = "stopped · ezlogs flows"; shown.textContent += " · stopped"; };
}
})();
