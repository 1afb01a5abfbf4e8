// Copying the permanent address, and answering a question of approval.
import { make, rest, say, send } from "./say.js";

const copy = document.getElementById("copy");
copy?.addEventListener("click", async () => {
  const address = new URL(`${document.body.dataset.airflow}plugin/horae/horae/${copy.dataset.path}`, document.baseURI).href;
  try {
    await navigator.clipboard.writeText(address);
    copy.textContent = "Copied";
  } catch {
    window.prompt("The permanent address of this decision", address);
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
    input = make("input", { id, name, type: "number", step: "any" });
    if (schema.minimum !== undefined) input.min = schema.minimum;
    if (schema.maximum !== undefined) input.max = schema.maximum;
    input.value = value ?? "";
  }
  label.append(input);
  return label;
};

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

  send("GET", details).then((told) => {
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

  approval.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter?.value ?? "Refuse";
    const params = { ...asked };
    for (const input of fields.querySelectorAll("input, select")) {
      params[input.name] = input.tagName === "SELECT" ? JSON.parse(input.value) : Number(input.value);
    }
    if ("reason" in asked) params.reason = document.getElementById("approval-reason").value;
    const buttons = approval.querySelectorAll("button");
    buttons.forEach((button) => { button.disabled = true; });
    say(said, "Sending the answer…");
    try {
      await send("PATCH", details, { chosen_options: [chosen], params_input: params });
      say(said, chosen === "Approve"
        ? "Approved. It is looked at again and carried out if it still holds; load the page again to see."
        : "Refused. Nothing is touched.", "good");
    } catch (error) {
      say(said, error.message, "bad");
      buttons.forEach((button) => { button.disabled = false; });
    }
  });
}
