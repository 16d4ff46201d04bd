// Keys and news. Every page works without this: each key presses a button or follows a link that is there.
"use strict";

const page = document.body.dataset.page;
const all = (query, root) => Array.from((root || document).querySelectorAll(query));
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]");

// What is at hand: a row of the queue, or a finding of the article.
const rows = all(page === "queue" ? ".item" : ".notes > li");
let at = -1;

function choose(index) {
  if (rows.length === 0) return;
  if (rows[at]) rows[at].classList.remove("at");
  at = Math.max(0, Math.min(rows.length - 1, index));
  const row = rows[at];
  row.classList.add("at");
  light(row.dataset.n);
  const focus = page === "queue" ? row.querySelector("h2 a") : row;
  focus.focus({ preventScroll: true });
  const shown = page === "queue" ? row : document.getElementById("mark-" + row.dataset.n) || row;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  shown.scrollIntoView({ block: page === "queue" ? "nearest" : "center", behavior: still ? "auto" : "smooth" });
  if (page !== "queue") row.scrollIntoView({ block: "nearest" });
}

// The words of a finding and its reason, together.
function light(number) {
  for (const mark of all("mark[data-n]")) {
    mark.classList.toggle("lit", mark.dataset.n.split(" ").includes(number));
  }
}

function press(key) {
  const here = page === "queue" && rows[at] ? rows[at].querySelector(`[data-key="${key}"]`) : null;
  const there = all(`[data-key="${key}"]`).find((one) => page !== "queue" || !one.closest(".item"));
  const target = here || there;
  if (!target) return false;
  if (target.matches("input")) {
    target.focus();
    target.select();
  } else {
    target.click();
  }
  return true;
}

// Confirms or dismisses the finding at hand.
function judge(decision) {
  const row = page === "queue" ? null : rows[at];
  if (!row) return false;
  const wanted = decision === "confirmed" ? ["confirmed", "undo"] : ["dismissed"];
  const button = all("form.small button", row).find((one) => wanted.includes(one.value));
  if (button) button.click();
  return Boolean(button);
}

function open() {
  if (page === "queue" && rows[at]) {
    rows[at].querySelector("h2 a").click();
    return true;
  }
  return press("o");
}

function keys() {
  const list = document.getElementById("keys");
  if (!list) return false;
  list.open = !list.open;
  if (list.open) {
    list.scrollIntoView({ block: "center" });
    list.querySelector("summary").focus();
  }
  return true;
}

const actions = {
  j: () => (page === "queue" ? (choose(at + 1), true) : press("j")),
  k: () => (page === "queue" ? (choose(at - 1), true) : press("k")),
  n: () => (page === "queue" ? false : (choose(at + 1), true)),
  p: () => (page === "queue" ? false : (choose(at - 1), true)),
  c: () => (page === "queue" && !rows[at] ? (choose(0), true) : press("c")),
  d: () => (page === "queue" && !rows[at] ? (choose(0), true) : press("d")),
  C: () => judge("confirmed"),
  D: () => judge("dismissed"),
  o: open,
  u: () => {
    // The last decision first: what was just decided, then what was decided on this article.
    const undo = all('.flash [data-key="u"], .decide [data-key="u"]')[0];
    if (undo) {
      undo.click();
      return true;
    }
    return press("u");
  },
  "/": () => press("/"),
  "?": keys,
};

if (page) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape" && isTyping(event.target)) {
      event.target.blur();
      return;
    }
    if (isTyping(event.target)) return;
    const action = actions[event.key];
    if (action && action()) event.preventDefault();
  });

  // The footer's link opens the list of keys rather than only leading to it.
  for (const link of all('a[data-key="?"]')) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      keys();
    });
  }
}

// Pointing at words lights their reason, and the other way round.
if (page === "article") {
  for (const mark of all("mark[data-n]")) {
    const numbers = mark.dataset.n.split(" ");
    const notes = numbers.map((number) => document.getElementById("note-" + number)).filter(Boolean);
    mark.addEventListener("mouseenter", () => notes.forEach((note) => note.classList.add("lit")));
    mark.addEventListener("mouseleave", () => notes.forEach((note) => note.classList.remove("lit")));
    mark.addEventListener("click", () => choose(Number(numbers[0]) - 1));
  }
  for (const note of all(".notes > li")) {
    note.addEventListener("mouseenter", () => light(note.dataset.n));
    note.addEventListener("mouseleave", () => light(rows[at] ? rows[at].dataset.n : ""));
  }
}

// Moments by the clock and in the words of whoever reads, with the zone named.
for (const time of all("time[datetime][title]")) {
  const moment = new Date(time.dateTime);
  const form = { dateStyle: "medium", timeStyle: "long" };
  if (!Number.isNaN(moment.getTime())) time.title = moment.toLocaleString(document.documentElement.lang, form);
}

// News: told, never inserted. What somebody reads stays where it is.
const live = document.getElementById("live");
if (live && window.EventSource) {
  const list = document.body.dataset.list;
  const news = new EventSource("events?after=" + document.body.dataset.newest + (list ? "&" + list : ""));
  news.addEventListener("message", (event) => {
    const count = JSON.parse(event.data).new;
    live.hidden = count === 0;
    if (count === 0) return;
    const link = document.createElement("a");
    link.href = location.pathname + (list ? "?" + list : "");
    link.textContent = live.dataset.words.replace("{}", count);
    live.replaceChildren(link);
  });
  window.addEventListener("pagehide", () => news.close());
}
