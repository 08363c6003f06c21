/** The settings of a task: those that deserve it by hand, the rest as their schema says. */
import { backgroundControl } from "./background_control.js";
import { find, h } from "./dom.js";
import { enlargeControl } from "./enlarge_control.js";
import { namesControl } from "./names_control.js";
import { styleControl } from "./style_control.js";
import type { Choices, Config, Parameter, Place, Task } from "./types.js";

/** A part of the form: its elements, what is chosen, and what is still missing ("" for
 * nothing). */
export interface Control {
  readonly element: HTMLElement;
  readonly choices: () => Choices;
  readonly lacks: () => string;
  /** The parameters that it speaks for. */
  readonly covers: readonly string[];
}

/** The controls of a task at a place; the device knows only what is done by hand here. */
export function controlsOf(task: Task, config: Config, place: Place): readonly Control[] {
  const own = byHand(task, config, place);
  if (place === "device") return own;
  const covered = new Set(own.flatMap(({ covers }) => covers));
  const rest = task.parameters
    .filter(({ name }) => !covered.has(name))
    .map((one) => generic(one, one.name === "model" ? task.instead : ""));
  const files = task.pictures.filter((name) => !covered.has(name)).map(picture);
  return [...own, ...folded([...files, ...rest], task)];
}

/** Write a task's settings into the page; hidden where there is nothing to choose or press. */
export function listControls(task: Task | null, controls: readonly Control[]): void {
  const form = find("controls");
  form.hidden = task === null || (controls.length === 0 && !task.slow);
  if (task === null) return;
  form.replaceChildren(
    h("h2", {}, task.title),
    h("p", { class: "soft" }, task.hint),
    ...controls.map(({ element }) => element),
    h("button", { type: "submit", class: "button primary wide" }, task.verb),
  );
}

/** What a task of the table is seldom told is folded away; of others nothing is. */
function folded(made: readonly Control[], task: Task): readonly Control[] {
  if (made.length === 0) return [];
  const element =
    task.group === "More"
      ? h("div", { class: "fields" })
      : h(
          "details",
          { class: "more", open: task.instead !== "" },
          h("summary", {}, "More settings"),
        );
  element.append(...made.map((one) => one.element));
  const choices = () => Object.assign({}, ...made.map((one) => one.choices())) as Choices;
  return [{ element, choices, lacks: () => "", covers: [] }];
}

function byHand(task: Task, config: Config, place: Place): readonly Control[] {
  if (task.name === "background") return [backgroundControl(config)];
  if (task.name === "style") return [styleControl()];
  if (task.name === "super-resolution") return [enlargeControl(place)];
  if (task.name === "cut") return [namesControl("objects", "What to keep", config, true)];
  if (task.name === "filter") return [filterControl(config)];
  if (task.name === "analyze") return [keepControl()];
  if (task.name === "instances") {
    return [namesControl("classes", "Only these (all, if empty)", config, false)];
  }
  return [];
}

function filterControl({ filters }: Config): Control {
  const field = h("select", {}, ...filters.map(({ name, title }) => new Option(title, name)));
  const about = h("span", { class: "soft" });
  const tell = () => {
    about.textContent = filters.find(({ name }) => name === field.value)?.about ?? "";
  };
  field.addEventListener("change", tell);
  if (filters.some(({ name }) => name === "mood")) field.value = "mood";
  tell();
  const element = h("label", { class: "field" }, h("span", {}, "Filter"), field, about);
  const choices = () => ({ preset: field.value });
  return { element, choices, lacks: () => "", covers: ["preset"] };
}

/** Whether what is found is kept, which is what the history is made of. */
function keepControl(): Control {
  const field = h("input", { type: "checkbox", checked: true });
  const text = "Keep the photo and what is found on the server";
  const element = h("label", { class: "field" }, h("span", {}, text), field);
  const choices = () => ({ keep: String(field.checked) });
  return { element, choices, lacks: () => "", covers: ["keep", "analyses"] };
}

/** A further picture that may come along. */
function picture(name: string): Control {
  const field = h("input", { type: "file", accept: "image/*" });
  const element = h("label", { class: "field" }, h("span", {}, worded(name)), field);
  const choices = (): Choices => ({ [name]: field.files?.[0] ?? "" });
  return { element, choices, lacks: () => "", covers: [name] };
}

function worded(name: string): string {
  const label = name.replaceAll("_", " ");
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** A field for a parameter; what stands at its default is not sent. `instead` is chosen
 * beforehand where the default has no weights. */
function generic({ name, schema }: Parameter, instead: string): Control {
  const inner = schema.anyOf?.find(({ type }) => type !== "null") ?? schema;
  const field = schema.enum ? select(schema.enum) : input(inner.type ?? "string", inner);
  const given = schema.default ?? "";
  if (field instanceof HTMLInputElement && field.type === "checkbox") {
    field.checked = given === true;
  } else field.value = Array.isArray(given) ? "" : String(given);
  const first = valueOf(field);
  if (instead !== "") field.value = instead;
  const why =
    instead === "" ? null : h("span", { class: "soft" }, "The usual one has no weights here.");
  const element = h("label", { class: "field" }, h("span", {}, worded(name)), field, why);
  const choices = (): Choices => (valueOf(field) === first ? {} : { [name]: valueOf(field) });
  return { element, choices, lacks: () => "", covers: [name] };
}

function valueOf(field: HTMLInputElement | HTMLSelectElement): string {
  if (field instanceof HTMLInputElement && field.type === "checkbox") return `${field.checked}`;
  return field.value;
}

function select(values: readonly (string | number)[]): HTMLSelectElement {
  const options = values.map(
    (value) => new Option(value === "" ? "as usual" : `${value}`, `${value}`),
  );
  return h("select", {}, ...options);
}

function input(type: string, { minimum, exclusiveMinimum, maximum }: Parameter["schema"]) {
  if (type === "boolean") return h("input", { type: "checkbox" });
  if (type !== "number" && type !== "integer") return h("input", { type: "text" });
  const least = minimum ?? exclusiveMinimum ?? "";
  const step = type === "integer" ? 1 : "any";
  return h("input", { type: "number", min: least, max: maximum ?? "", step });
}
