// The front, drawn from the table that stands below it.
import { axis, colour, config, layout, whenReady } from "./plots.js";

const place = document.getElementById("front");
const table = document.getElementById("front-table");

const KINDS = [
  { mark: "", name: "front", symbol: "circle-open", size: 10, colour: "series-load" },
  { mark: "current", name: "present", symbol: "square", size: 13, colour: "series-latency" },
  { mark: "chosen", name: "chosen", symbol: "star", size: 17, colour: "series-capacity" },
];

const rows = [...table.querySelectorAll("tbody tr")]
  .map((row) => ({
    name: row.dataset.name,
    money: row.dataset.money === "" ? NaN : Number(row.dataset.money),
    risk: row.dataset.risk === "" ? NaN : Number(row.dataset.risk),
    mark: row.dataset.mark,
  }));
const points = rows.filter((row) => Number.isFinite(row.money) && Number.isFinite(row.risk));
// What stands beside the front may have a price and no risk: it is a line at its price.
const lines = rows.filter((row) => Number.isFinite(row.money) && !Number.isFinite(row.risk) && row.mark);

const names = Object.fromEntries(KINDS.map((kind) => [kind.mark, kind.name]));
const colours = Object.fromEntries(KINDS.map((kind) => [kind.mark, kind.colour]));

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

whenReady(() => {
  if (!points.length) {
    place.querySelector(".waiting").textContent = "Neither price nor risk was recorded: see the table.";
    return;
  }
  place.querySelector(".waiting")?.remove();
  const traces = [{
    type: "scatter",
    mode: "lines",
    x: points.map((point) => point.money),
    y: points.map((point) => point.risk),
    line: { color: colour("strong-line"), width: 1, dash: "dot" },
    hoverinfo: "skip",
    showlegend: false,
  }];
  for (const kind of KINDS) {
    const some = points.filter((point) => point.mark === kind.mark);
    if (!some.length) continue;
    traces.push({
      type: "scatter",
      mode: "markers",
      name: kind.name,
      x: some.map((point) => point.money),
      y: some.map((point) => point.risk),
      text: some.map((point) => escaped(point.name)),
      hovertemplate: "%{text}<br>%{x:.4g} an hour, risk %{y:.1%}<extra></extra>",
      marker: { symbol: kind.symbol, size: kind.size, color: colour(kind.colour), line: { width: 2, color: colour(kind.colour) } },
    });
  }
  window.Plotly.react(place, traces, layout({
    height: 300,
    legend: { orientation: "h", x: 0, y: 1.12 },
    shapes: lines.map((row) => ({
      type: "line", xref: "x", yref: "paper", x0: row.money, x1: row.money, y0: 0, y1: 1,
      line: { color: colour(colours[row.mark]), width: 2, dash: "dash" },
    })),
    annotations: lines.map((row) => ({
      x: row.money, y: 1, yref: "paper", xanchor: "right", yanchor: "top", showarrow: false,
      text: `${names[row.mark]}, risk not recorded`, font: { color: colour(colours[row.mark]) },
    })),
    xaxis: axis({ title: { text: "money an hour" }, rangemode: "tozero" }),
    yaxis: axis({ title: { text: "risk of breaking the limit" }, tickformat: ".0%", range: [-0.04, 1.04] }),
  }), config);
});
