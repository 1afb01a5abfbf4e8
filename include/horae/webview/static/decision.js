// Copying the permanent address, and answering a question of approval.
import { make, own, rest, say, send } from "./say.js";

// Airflow shows our pages under plugin/horae, followed by the whole path that they have without it.
const permanent = (path) => {
  const { pathname } = new URL(own(path));
  return new URL(`${document.body.dataset.airflow}plugin/horae${pathname}`, document.baseURI).href;
};

const copy = document.getElementById("copy");
copy?.addEventListener("click", async () => {
  const address = permanent(copy.dataset.path);
  try {
    await navigator.clipboard.writeText(address);
    copy.textContent = "Copied";
  } catch {
    // Browsers copy over https only, and Airflow's frame lets no dialogue open: show it instead.
    const input = make("input", { type: "text", readonly: "", size: "40" });
    input.value = address;
    copy.replaceWith(make("label", {}, "Permanent address", input));
    input.select();
  }
});

const field = (name, { value, schema }) => {
  const id = `approval-${name}`;
  const label = make("label", { for: id }, schema.title ?? name.replaceAll("_", " "));
  let input;
  if (schema.enum) {
    input = make("select", { id, name }, ...schema.enum.map((one) => {
      const option = make("option", { value: JSON.stringify(one) }, String(one));
      option.selected = one === value;
      return option;
    }));
  } else {
    input = make("input", { id, name, type: "number", step: schema.type === "integer" ? "1" : "any", required: "" });
    if (schema.minimum !== undefined) input.min = schema.minimum;
    if (schema.maximum !== undefined) input.max = schema.maximum;
    input.value = value ?? "";
  }
  label.append(input);
  return label;
};

// States of a task that waits for no answer any more.
const ENDED = ["success", "failed", "skipped", "upstream_failed", "removed"];

const approval = document.getElementById("approval");
if (approval) {
  const { dag, run, task, map } = approval.dataset;
  const details = rest(
    `dags/${encodeURIComponent(dag)}/dagRuns/${encodeURIComponent(run)}/taskInstances/${encodeURIComponent(task)}/${map}/hitlDetails`,
  );
  const said = approval.querySelector(".say");
  const waiting = document.getElementById("approval-waiting");
  const fields = document.getElementById("approval-fields");
  const asked = {};
  const buttons = approval.querySelectorAll("button");
  const close = (text) => {
    waiting.textContent = text;
    buttons.forEach((button) => { button.disabled = true; });
  };

  send("GET", details).then((told) => {
    const state = told.task_instance?.state;
    if (told.response_received) {
      const who = told.responded_by_user?.name ?? "somebody";
      close(`It was answered already, by ${who}: ${(told.chosen_options ?? []).join(", ")}. Load the page again to see what follows.`);
      return;
    }
    if (ENDED.includes(state)) {
      close(`Nobody waits for an answer any more: the task that asked is ${state}. Rescale by hand if it is still wanted.`);
      return;
    }
    for (const [name, param] of Object.entries(told.params ?? {})) {
      const schema = param.schema ?? {};
      const value = param.value ?? null;
      asked[name] = value;
      if (name === "reason" || typeof value === "object") continue;
      fields.append(field(name, { value, schema }));
    }
    waiting.textContent = "What is proposed stands in the form; change it within its bounds, or leave it.";
  }).catch((error) => {
    waiting.textContent = `Airflow does not say what may be changed (${error.message}); it can be approved or refused as it is.`;
  });

  // Enter in a field must not approve by the way: only a button answers.
  fields.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });

  approval.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter?.value;
    if (!chosen) return;
    const params = { ...asked };
    for (const input of fields.querySelectorAll("input, select")) {
      params[input.name] = input.tagName === "SELECT" ? JSON.parse(input.value) : Number(input.value);
    }
    params.reason = document.getElementById("approval-reason").value;
    buttons.forEach((button) => { button.disabled = true; });
    say(said, "Sending the answer…");
    try {
      await send("PATCH", details, { chosen_options: [chosen], params_input: params });
      say(said, chosen === "Approve"
        ? "Approved. It is looked at again and carried out if it still holds; load the page again to see."
        : "Refused. Nothing is touched.", "good");
    } catch (error) {
      if (error.status === 409) {
        say(said, "Somebody else answered in the meantime, and the first answer counts. Load the page again to see it.", "bad");
        return;
      }
      say(said, error.message, "bad");
      buttons.forEach((button) => { button.disabled = false; });
    }
  });
  // Not before: without this script a browser would send the form itself, and answer nothing.
  buttons.forEach((button) => { button.disabled = false; });
}
