/** Some of many are chosen by their boxes; a bar says what can be done with them. */
import { h } from "./dom.js";

/** What the bar does: `least` have to be chosen for it, `tell` says how that stands. */
export interface Bar<Kind> {
  readonly verb: string;
  readonly least: number;
  readonly most: number;
  readonly tell: (chosen: readonly Kind[]) => string;
  readonly act: (chosen: readonly Kind[]) => void;
}

export class Choosing<Kind> {
  private readonly boxes = new Map<HTMLInputElement, Kind>();
  private readonly told = h("p", { role: "status" });
  private readonly go: HTMLButtonElement;
  private readonly actions: HTMLElement;
  /** To be put below what is chosen from. */
  readonly bar: HTMLElement;

  constructor(private readonly what: Bar<Kind>) {
    const act = () => this.what.act(this.chosen());
    this.go = h("button", { type: "button", class: "button primary", click: act }, what.verb);
    const clear = h("button", { type: "button", class: "button" }, "Clear");
    clear.addEventListener("click", () => this.clear());
    this.actions = h("div", { hidden: true }, clear, this.go);
    this.bar = h("div", { class: "chosen" }, this.told, this.actions);
  }

  /** A box for one of them. */
  box(one: Kind, label: string): HTMLElement {
    const input = h("input", { type: "checkbox", "aria-label": label });
    input.addEventListener("change", () => this.changed());
    this.boxes.set(input, one);
    return h("label", { class: "choose" }, input);
  }

  private chosen(): readonly Kind[] {
    return [...this.boxes].filter(([box]) => box.checked).map(([, one]) => one);
  }

  private clear(): void {
    const [first] = [...this.boxes.keys()].filter((box) => box.checked);
    for (const box of this.boxes.keys()) box.checked = false;
    this.changed();
    first?.focus();
  }

  private changed(): void {
    const chosen = this.chosen();
    const count = chosen.length;
    this.actions.hidden = count === 0;
    this.bar.classList.toggle("open", count > 0);
    this.go.disabled = count < this.what.least || count > this.what.most;
    this.told.textContent = count === 0 ? "" : this.what.tell(chosen);
  }
}
