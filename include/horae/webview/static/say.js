// What all forms share: sending JSON to our own site, and saying what came of it.
const { here, airflow } = document.body.dataset;

/** The address of one of our own pages. */
export const own = (path) => new URL(here + path, document.baseURI).href;

/** The address of a route of Airflow's REST API. */
export const rest = (path) => new URL(`${airflow}api/v2/${path}`, document.baseURI).href;

/** Send JSON; the answer's JSON, or an Error whose message says what was wrong. */
export const send = async (method, address, body) => {
  let answer;
  try {
    answer = await fetch(address, {
      method,
      credentials: "same-origin",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error("Airflow does not answer; check the connection and try again.");
  }
  const text = await answer.text();
  let told = text;
  try {
    told = JSON.parse(text);
  } catch {
    // Plain text says what it says.
  }
  if (answer.ok) return told;
  throw Object.assign(new Error(`${answer.status}: ${words(told)}`), { status: answer.status });
};

const words = (told) => {
  const detail = told?.detail ?? told;
  if (typeof detail === "string") return detail.slice(0, 600);
  if (Array.isArray(detail)) return detail.map((one) => one.msg ?? JSON.stringify(one)).join("; ");
  return JSON.stringify(detail).slice(0, 600);
};

/** Put a sentence into the place that is read out when it changes. */
export const say = (place, text, tone = "") => {
  place.className = `say ${tone}`.trim();
  place.textContent = text;
};

/** Make an element with attributes and children; text stays text. */
export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
};
