// The timeline of a job: load, latency, lag and configuration over one time axis.
import { axis, colour, config, layout, whenReady } from "./plots.js";

const place = document.getElementById("timeline");
const said = document.getElementById("plot-said");
const { address, hours, decisions } = place.dataset;

let told = null; // what is drawn
let whole = null; // what the page began with
let asking = null; // the question under way, to be given up when another comes

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const wrapped = (text) => escaped(text).replace(/(.{1,70})(\s+|$)/gu, "$1<br>");

const MARKS = {
  action: ["triangle-down", "series-load"],
  recommendation: ["triangle-down-open", "series-load"],
  configuration: ["line-ns-open", "soft"],
  down: ["x", "bad"],
  restart: ["x-open", "bad"],
  "no answer": ["circle-open", "warn"],
  "external change": ["diamond", "series-latency"],
  promotion: ["star", "series-forecast"],
  refusal: ["square-open", "warn"],
  "approval asked": ["square", "series-lag"],
  "approval answered": ["square", "good"],
  "kill switch": ["hexagon", "bad"],
  note: ["circle", "soft"],
};

// Plotly shows times as they are written, so each is written as the reader's clock shows it.
const local = (text) => {
  if (text === null) return null;
  const date = new Date(text);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 23);
};
const back = (text) => new Date(text.replace(" ", "T")).toISOString();

// A closed shape for each stretch without a gap, so that a gap stays one.
const band = (times, low, high, name, hue, axes, alpha = 0.18) => {
  const x = [];
  const y = [];
  let stretch = [];
  const close = () => {
    if (stretch.length) {
      const backwards = [...stretch].reverse();
      x.push(...stretch.map((at) => times[at]), ...backwards.map((at) => times[at]), null);
      y.push(...stretch.map((at) => low[at]), ...backwards.map((at) => high[at]), null);
    }
    stretch = [];
  };
  times.forEach((_time, at) => {
    if (low[at] === null || high[at] === null) close();
    else stretch.push(at);
  });
  close();
  return [{
    ...axes, type: "scatter", mode: "lines", x, y, line: { width: 0 }, fill: "toself", fillcolor: colour(hue, alpha),
    hoverinfo: "skip", showlegend: false, legendgroup: name,
  }];
};

const line = (times, values, name, hue, axes, extra = {}) => ({
  ...axes, type: "scatter", mode: "lines", x: times, y: values, name, legendgroup: name, connectgaps: false,
  line: { color: colour(hue), width: 1.8, ...extra.line }, hovertemplate: extra.hover ?? "%{y:.4~g}", showlegend: extra.legend ?? true,
});

const traces = () => {
  const times = told.times.map(local);
  const on = (y) => ({ xaxis: "x", yaxis: y });
  const drawn = [];
  const forecast = (part, alpha, legend) => {
    if (!part) return;
    const at = part.times.map(local);
    drawn.push(...band(at, part.low, part.high, "forecast", "series-forecast", on("y"), alpha));
    drawn.push(line(at, part.middle, "forecast, middle", "series-forecast", on("y"), { line: { dash: "dot", width: 1.3 }, legend }));
  };
  forecast(told.forecast, 0.16, true);
  forecast(told.ahead, 0.3, !told.forecast);
  drawn.push(...band(times, told.load.low, told.load.high, "load", "series-load", on("y"), 0.22));
  drawn.push(line(times, told.load.mean, "load", "series-load", on("y"), { line: { width: 2.2 } }));
  drawn.push(line(times, told.capacity, "capacity, middle", "series-capacity", on("y"), { line: { dash: "dash", shape: "hv" } }));
  drawn.push(line(times, told.capacity_low, "capacity, at least (95 %)", "series-capacity", on("y"), { line: { shape: "hv", width: 2.4 } }));
  drawn.push(...band(times, told.latency.low, told.latency.high, "latency", "series-latency", on("y2"), 0.22));
  drawn.push(line(times, told.latency.mean, "latency", "series-latency", on("y2"), { hover: "%{y:.3~g} s" }));
  drawn.push(line(times, told.limit, "its limit", "series-limit", on("y2"), { line: { dash: "dash", width: 1.5 }, hover: "%{y:.3~g} s" }));
  drawn.push(...band(times, told.lag.low, told.lag.high, "lag", "series-lag", on("y3"), 0.22));
  drawn.push(line(times, told.lag.mean, "lag", "series-lag", on("y3"), { hover: "%{y:.4~g} records" }));
  const steps = told.steps.map((step) => [local(step.at), step.parallelism, step.said]);
  if (steps.length) {
    steps.push([local(told.until < told.now ? told.until : told.now), steps.at(-1)[1], steps.at(-1)[2]]);
    drawn.push({
      ...on("y4"), type: "scatter", mode: "lines+markers", x: steps.map((step) => step[0]), y: steps.map((step) => step[1]),
      text: steps.map((step) => wrapped(step[2])), hovertemplate: "%{text}<extra></extra>", name: "parallelism",
      line: { shape: "hv", color: colour("ink"), width: 1.8 }, marker: { size: 5, color: colour("ink") },
    });
  }
  const kinds = new Map();
  for (const event of told.events) kinds.set(event.kind, [...(kinds.get(event.kind) ?? []), event]);
  for (const [kind, events] of kinds) {
    const [symbol, hue] = MARKS[kind] ?? MARKS.note;
    drawn.push({
      ...on("y5"), type: "scatter", mode: "markers", name: kind, x: events.map((event) => local(event.at)), y: events.map(() => 0.5),
      customdata: events.map((event) => event.decision), text: events.map((event) => wrapped(event.said)),
      hovertemplate: `<b>${kind}</b><br>%{text}<extra></extra>`, marker: { symbol, size: 11, color: colour(hue), line: { width: 1.5, color: colour(hue) } },
    });
  }
  return drawn;
};

const shapes = () => told.events
  .filter((event) => event.until !== null && ["action", "down", "no answer"].includes(event.kind))
  .map((event) => ({
    type: "rect", xref: "x", yref: "paper", y0: 0, y1: 1, x0: local(event.at), x1: local(event.until), layer: "below",
    line: { width: 0 }, fillcolor: colour(event.kind === "action" ? "series-load" : "bad", 0.12),
  }));

const title = (text) => ({ title: { text, standoff: 6 } });

const draw = () => {
  if (!told) return;
  place.querySelector(".waiting")?.remove();
  const narrow = place.clientWidth < 560;
  window.Plotly.react(place, traces(), layout({
    height: place.clientHeight || 700,
    margin: { l: narrow ? 48 : 68, r: 12, t: 8, b: 36 },
    hovermode: "x unified",
    dragmode: "zoom",
    showlegend: true,
    legend: { orientation: "h", x: 0, y: -0.07, yanchor: "top", font: { size: 11 } },
    xaxis: axis({ type: "date", range: [local(told.since), local(told.ahead ? told.ahead.times.at(-1) ?? told.until : told.until)], anchor: "y4", tickangle: 0, nticks: narrow ? 3 : 10 }),
    yaxis5: axis({ domain: [0.95, 1], visible: false, range: [0, 1], fixedrange: true }),
    yaxis: axis({ domain: [0.55, 0.94], rangemode: "tozero", fixedrange: true, ...title(narrow ? "" : "records/s") }),
    yaxis2: axis({ domain: [0.36, 0.51], rangemode: "tozero", fixedrange: true, ...title(narrow ? "" : "latency, s") }),
    yaxis3: axis({ domain: [0.18, 0.32], rangemode: "tozero", fixedrange: true, ...title(narrow ? "" : "lag") }),
    yaxis4: axis({ domain: [0, 0.14], rangemode: "tozero", fixedrange: true, dtick: undefined, ...title(narrow ? "" : "subtasks") }),
    shapes: shapes(),
  }), config);
};

const ask = async (question) => {
  asking?.abort();
  asking = new AbortController();
  said.textContent = "Reading…";
  try {
    const answer = await fetch(`${address}?${new URLSearchParams(question)}`, {
      signal: asking.signal, credentials: "same-origin", headers: { accept: "application/json" },
    });
    if (!answer.ok) throw new Error((await answer.text()).slice(0, 300));
    told = await answer.json();
    whole ??= { since: told.since, until: told.until };
    const shown = `${new Date(told.since).toLocaleString()} to ${new Date(told.until).toLocaleString()}`;
    said.textContent = told.looks ? shown : `Nothing was measured from ${shown}`;
    draw();
  } catch (error) {
    if (error.name === "AbortError") return;
    said.textContent = `The plot cannot be drawn: ${error.message} The tables below need no script.`;
    place.querySelector(".waiting")?.remove();
  }
};

const between = (begin, end) => ask({ since: new Date(begin).toISOString(), until: new Date(end).toISOString() });

const move = (how) => {
  if (!told) return;
  const [begin, end] = [Date.parse(told.since), Date.parse(told.until)];
  const length = end - begin;
  if (how === "earlier") between(begin - length / 2, end - length / 2);
  else if (how === "later") between(begin + length / 2, end + length / 2);
  else if (how === "in") between(begin + length / 4, end - length / 4);
  else if (how === "out") between(begin - length / 2, end + length / 2);
  else between(whole.since, whole.until);
};

for (const button of document.querySelectorAll("[data-move]")) {
  button.addEventListener("click", () => move(button.dataset.move));
}

whenReady(() => {
  if (told) {
    draw();
    return;
  }
  ask({ hours }).then(() => {
    place.on?.("plotly_relayout", (change) => {
      const begin = change["xaxis.range[0]"];
      const end = change["xaxis.range[1]"];
      if (begin !== undefined && end !== undefined) between(back(begin), back(end));
    });
    place.on?.("plotly_doubleclick", () => { move("reset"); return false; });
    place.on?.("plotly_click", ({ points }) => {
      const decision = points.find((point) => typeof point.customdata === "string")?.customdata;
      if (decision) window.location.href = decisions + encodeURIComponent(decision);
    });
  });
});
