// Throwing and releasing a kill switch.
import { own, say, send } from "./say.js";

for (const form of document.querySelectorAll(".switch form")) {
  const said = form.querySelector(".say");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    say(said, "Working on it…");
    try {
      const told = await send("POST", own("switch"), {
        job: form.dataset.job || null,
        thrown: form.dataset.throw === "true",
        reason: form.elements.reason.value,
      });
      say(said, told.sentence, "good");
      window.setTimeout(() => window.location.reload(), 1200);
    } catch (error) {
      say(said, error.message, "bad");
      button.disabled = false;
    }
  });
  button.disabled = false; // not before: without this script a browser would send the form itself
}
