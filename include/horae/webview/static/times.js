// Times in the reader's own zone; UTC stays on hover, where the server has put it.
const short = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" });

const zoneOf = (date) => zone.formatToParts(date).find((part) => part.type === "timeZoneName")?.value ?? "";

/** The time as the reader has it, with the zone's name. */
export const local = (date) => `${short.format(date)} ${zoneOf(date)}`;

/** Turn every time within `root` to the reader's zone. */
export const localise = (root) => {
  for (const element of root.querySelectorAll("time[datetime]")) {
    const date = new Date(element.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    if (element.hasAttribute("data-ago")) {
      if (!element.title.includes("·")) element.title = `${local(date)} · ${element.title}`;
    } else {
      element.textContent = local(date);
    }
  }
};

localise(document);
