// Forms that trigger a DAG with Airflow's own REST, and wait for what comes of it.
import { make, own, rest, say, send } from "./say.js";

const AXES = ["parallelism", "slots", "cpu_cores", "memory_mb", "checkpoint_interval_seconds"];
const PATIENCE_MS = 300000;
const PAUSE_MS = 1500;

const configuration = (form) => {
  const wanted = {};
  for (const name of AXES) {
    const { value } = form.elements[name];
    if (value !== "") wanted[name] = Number(value);
  }
  return wanted;
};

const CONF = {
  rescale: (form) => ({
    ...configuration(form),
    reason: form.elements.reason.value,
    dry_run: form.elements.dry_run.checked,
  }),
  what_if: (form) => {
    const load = form.elements.load.value;
    const number = (name) => (form.elements[name].value === "" ? null : Number(form.elements[name].value));
    return {
      ...configuration(form),
      ...(load === "constant" ? { load_records_per_second: number("load_records_per_second") } : {}),
      ...(load === "factor" ? { load_factor: number("load_factor") } : {}),
      note: form.elements.note.value,
    };
  },
};

const PREFIX = { rescale: "manual", what_if: "what-if" };

const runId = (dag) => {
  const stamp = new Date().toISOString().replace(/[-:]/gu, "").replace(/\.\d+/u, "");
  const chance = crypto.getRandomValues(new Uint32Array(1))[0].toString(36).slice(0, 5);
  return `${PREFIX[dag]}__${stamp}-${chance}`;
};

const pause = (ms) => new Promise((resolve) => { window.setTimeout(resolve, ms); });

const ended = async (dag, run, said) => {
  const begin = Date.now();
  while (Date.now() - begin < PATIENCE_MS) {
    const { state } = await send("GET", rest(`dags/${dag}/dagRuns/${encodeURIComponent(run)}`));
    if (state === "success" || state === "failed") return state;
    say(said, `${state === "queued" ? "Waits for its turn" : "Is under way"}, for ${Math.round((Date.now() - begin) / 1000)} s…`);
    await pause(PAUSE_MS);
  }
  return null;
};

const RESULT = {
  what_if: (job, run) => own(`decision/${encodeURIComponent(job)}/${encodeURIComponent(`${job}-what-if-${run}`)}`),
  rescale: (_job, run) => own(`run?${new URLSearchParams({ dag: "rescale", run })}`),
};

const FAILED = {
  what_if: "It cannot be answered as asked; the log of the task answer in Airflow says why.",
  rescale: "It ended without the job in the configuration that was asked for.",
};

for (const form of document.querySelectorAll("form.trigger")) {
  const said = form.querySelector(".say");
  const button = form.querySelector("button");
  const { dag, job } = form.dataset;
  form.addEventListener("input", (event) => {
    const kind = { load_records_per_second: "constant", load_factor: "factor" }[event.target.name];
    if (kind) form.elements.load.value = kind;
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(said, "Asking Airflow…");
    try {
      const run = runId(dag);
      await send("POST", rest(`dags/${dag}/dagRuns`), { dag_run_id: run, logical_date: null, conf: { job, ...CONF[dag](form) } });
      const result = make("a", { href: RESULT[dag](job, run) }, "Read what was decided");
      const state = await ended(dag, run, said);
      if (state === "success" && dag === "what_if") {
        window.location.href = result.href;
        return;
      }
      say(said, { success: "It has ended. ", failed: `${FAILED[dag]} ` }[state] ?? "It is still under way. ", state === "failed" ? "bad" : "good");
      if (dag === "rescale") said.append(result);
    } catch (error) {
      say(said, error.message, "bad");
    }
    button.disabled = false;
  });
  button.disabled = false; // not before: without this script a browser would send the form itself
}
