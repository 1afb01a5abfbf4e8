// The forecast of a decision, drawn from the table that stands below it.
import { axis, colour, config, layout, whenReady } from "./plots.js";

const place = document.getElementById("forecast");
const table = document.getElementById("forecast-table");

// Plotly shows times as they are written, so each is written as the reader's clock shows it.
const local = (text) => {
  const date = new Date(text);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 23);
};

const steps = [...table.querySelectorAll("tbody tr")].map((row) => ({
  at: local(row.dataset.at),
  low: Number(row.dataset.low),
  middle: Number(row.dataset.middle),
  high: Number(row.dataset.high),
}));

whenReady(() => {
  place.querySelector(".waiting")?.remove();
  const x = steps.map((step) => step.at);
  const hue = "series-forecast";
  window.Plotly.react(place, [
    {
      type: "scatter", mode: "lines", x: [...x, ...[...x].reverse()],
      y: [...steps.map((step) => step.low), ...steps.map((step) => step.high).reverse()],
      fill: "toself", fillcolor: colour(hue, 0.2), line: { width: 0 }, hoverinfo: "skip",
      name: `${table.dataset.low} to ${table.dataset.high}`,
    },
    {
      type: "scatter", mode: "lines", x, y: steps.map((step) => step.middle), name: table.dataset.middle,
      line: { color: colour(hue), width: 2 }, hovertemplate: "%{y:.4~g} records/s<extra></extra>",
    },
  ], layout({
    height: 240,
    legend: { orientation: "h", x: 0, y: 1.15 },
    xaxis: axis({ type: "date", tickangle: 0, nticks: place.clientWidth < 560 ? 3 : 8 }),
    yaxis: axis({ title: { text: "records/s" }, rangemode: "tozero" }),
  }), config);
});
