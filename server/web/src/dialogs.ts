/** A question in a dialog, which stays open until it is done or left. */
import { h } from "./dom.js";
import { Trouble } from "./server.js";

let numbers = 0;

/** What is asked: `act` does it, and its problem is told in the dialog. */
export interface Question {
  readonly title: string;
  readonly content: readonly (Node | null)[];
  readonly verb: string;
  /** The button warns. */
  readonly alarming?: boolean;
  readonly act: () => Promise<unknown>;
}

/** Ask; whether it was done. */
export function asked(question: Question): Promise<boolean> {
  const id = `dialog-${(numbers += 1)}`;
  const alarm = h("div", { class: "alarm", role: "alert" });
  const kind = question.alarming ? "button alarming" : "button primary";
  const go = h("button", { type: "submit", class: kind }, question.verb);
  const leave = h("button", { type: "button", class: "button" }, "Cancel");
  const form = h(
    "form",
    {},
    h("h2", { id }, question.title),
    ...question.content,
    alarm,
    h("div", { class: "ends" }, leave, go),
  );
  const dialog = h("dialog", { class: "question", "aria-labelledby": id }, form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    let done = false;
    leave.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void attempt(question, go, alarm).then((good) => {
        done = good;
        if (good) dialog.close();
      });
    });
    dialog.showModal();
  });
}

/** Do it once; whether it went well. */
async function attempt(
  { act }: Question,
  go: HTMLButtonElement,
  alarm: HTMLElement,
): Promise<boolean> {
  if (go.ariaDisabled === "true") return false;
  go.ariaDisabled = "true";
  alarm.replaceChildren();
  try {
    await act();
    return true;
  } catch (error) {
    alarm.append(...inWords(error));
    return false;
  } finally {
    go.ariaDisabled = "false";
  }
}

/** What went wrong, as elements. */
export function inWords(error: unknown): readonly HTMLElement[] {
  const { message } = error as Error;
  const title = error instanceof Trouble ? error.title : "Something went wrong in this page";
  return [h("strong", {}, title), h("p", {}, message)];
}
