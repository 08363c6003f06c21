/** What the page says of itself: where photos go, what went wrong, what was done already. */
import { find, h, icon } from "./dom.js";
import { ended } from "./progress.js";
import { millis } from "./result.js";
import { Trouble, keepKey, keyText } from "./server.js";
import type { Answer, Config, Place } from "./types.js";

const KEY_ICON = "M8 9a4 4 0 1 0 0 8a4 4 0 1 0 0-8M11 10.500L20 4M16 7l3 3M14 8.500l2 2";
const LACKING =
  "To compute on this device, the server needs the browser runtime: run make web in a " +
  "checkout, or serve a bundle made with edge-convert bundle --platform web.";

/** Say where photos go. */
export function explain(config: Config, place: Place): void {
  const here = "Photos stay in this browser: nothing is sent.";
  const there = `Photos are sent to ${window.location.host}, and to nobody else.`;
  const text = place === "device" ? here : there;
  find("promise").textContent = text;
  find("where").replaceChildren(
    text,
    ...(config.device === null ? [h("span", { class: "lacking" }, LACKING)] : []),
  );
  find("version").textContent = `PocketLens ${config.version}`;
  find("from-address").hidden = !config.urls;
}

/** Nothing is wrong, nothing runs. */
export function calm(): void {
  find("problem").hidden = true;
  delete document.body.dataset["problem"];
  ended();
}

/** What went wrong, in words, where the result would be; `during` where it has no code. */
export function failed(error: unknown, during: string): void {
  const known = error instanceof Trouble;
  const title = known ? error.title : "Something went wrong in this page";
  const code = known ? error.code : "";
  const act = () => find("settings").click();
  const later = known && error.retryAfter > 0 ? ` Ask again in ${error.retryAfter} s.` : "";
  find("problem").replaceChildren(
    h("h2", {}, title),
    h("p", {}, (error as Error).message + later),
    code === "unauthenticated"
      ? h("button", { type: "button", class: "button", click: act }, "Enter a key")
      : "",
  );
  if (find("work").hidden) find("welcome").prepend(find("problem"));
  else find("controls").after(find("problem"));
  find("problem").hidden = false;
  document.body.dataset["problem"] = code || during;
}

/** The field for the key; `changed` is called when there is another. */
export function listenToKey(changed: () => void): void {
  const dialog = find<HTMLDialogElement>("key-dialog");
  const input = find<HTMLInputElement>("key");
  find("settings").replaceChildren(icon(KEY_ICON));
  find("settings").addEventListener("click", () => {
    input.value = keyText();
    dialog.showModal();
  });
  dialog.addEventListener("close", () => {
    if (input.value.trim() === keyText()) return;
    keepKey(input.value);
    changed();
  });
}

/** What was done with this photo already, to be looked at again. */
export function listRuns(answers: readonly Answer[], show: (answer: Answer) => void): void {
  const items = answers.map((answer) => {
    const dot = h("span", { class: `dot ${answer.place}`, "aria-hidden": "true" });
    const time = h("span", { class: "soft" }, `${answer.place}, ${millis(answer.ms)}`);
    const click = () => show(answer);
    return h("li", {}, h("button", { type: "button", click }, dot, answer.task.title, time));
  });
  find("runs")
    .querySelector("ol")
    ?.replaceChildren(...items);
  find("runs").hidden = items.length < 2;
}
