// Runs before the first paint: light or dark as Airflow is, which keeps its choice in this browser
// under the key "theme". Without a choice the style follows the reader's system.
(() => {
  const apply = () => {
    let chosen = null;
    try {
      chosen = window.localStorage.getItem("theme");
    } catch {
      // Storage may be forbidden; then the system's choice stands.
    }
    const root = document.documentElement;
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    else delete root.dataset.theme;
    root.dispatchEvent(new CustomEvent("horae:theme"));
  };
  apply();
  window.addEventListener("storage", (event) => {
    if (event.key === "theme" || event.key === null) apply();
  });
  document.documentElement.classList.add("scripted");
  if (window.self !== window.top) document.documentElement.classList.add("framed");
})();
