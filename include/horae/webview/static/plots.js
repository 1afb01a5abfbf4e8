// What all plots share: colours out of the style sheet, so that they follow light and dark.
const canvas = document.createElement("canvas").getContext("2d");

/** A colour of the sheet by name, as one that Plotly understands. */
export const colour = (name, alpha = 1) => {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const told = getComputedStyle(probe).color;
  probe.remove();
  canvas.fillStyle = told;
  const hex = canvas.fillStyle;
  if (!hex.startsWith("#")) return told;
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`;
};

/** Layout that every plot begins with. */
export const layout = (extra) => ({
  paper_bgcolor: "rgba(0,0,0,0)",
  plot_bgcolor: "rgba(0,0,0,0)",
  font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("ink") },
  margin: { l: 64, r: 16, t: 8, b: 44 },
  hoverlabel: { bgcolor: colour("sheet"), bordercolor: colour("strong-line"), font: { color: colour("ink") } },
  ...extra,
});

/** An axis in the colours of the page. */
export const axis = (extra) => ({
  gridcolor: colour("line"),
  linecolor: colour("strong-line"),
  zeroline: false,
  ...extra,
});

/** No toolbar of Plotly's own: it cannot be reached by keyboard, and styles itself inline. */
export const config = { displayModeBar: false, responsive: true, showTips: false };

/** Wait for Plotly, then draw; draw again when light turns to dark. */
export const whenReady = (draw) => {
  const begin = () => {
    if (!window.Plotly) return;
    draw();
    const again = () => draw();
    document.documentElement.addEventListener("horae:theme", again);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  };
  if (window.Plotly) begin();
  else window.addEventListener("load", begin, { once: true });
};
