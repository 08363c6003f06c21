/** The settings of a task: those that deserve it by hand, the rest as their schema says. */
import { backgroundControl } from "./background_control.js";
import { h } from "./dom.js";
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
  const rest = task.parameters.filter(({ name }) => !covered.has(name));
  if (rest.length === 0) return own;
  const made = rest.map(generic);
  const few = own.length === 0 && rest.length <= 2;
  const group = few
    ? h("div", { class: "fields" })
    : h("details", { class: "more" }, h("summary", {}, "More settings"));
  group.append(...made.map(({ element }) => element));
  const choices = () => Object.assign({}, ...made.map((one) => one.choices())) as Choices;
  return [...own, { element: group, choices, lacks: () => "", covers: [] }];
}

function byHand(task: Task, config: Config, place: Place): readonly Control[] {
  if (task.name === "background") return [backgroundControl(config, place)];
  if (task.name === "style") return [styleControl(place)];
  if (task.name === "cut") return [namesControl("objects", "What to keep", config, true)];
  if (task.name === "instances") {
    return [namesControl("classes", "Only these (all, if empty)", config, false)];
  }
  return [];
}

/** A field for a parameter; what stands at its default is not sent. */
function generic({ name, schema }: Parameter): Control {
  const inner = schema.anyOf?.find(({ type }) => type !== "null") ?? schema;
  const field = schema.enum ? select(schema.enum) : input(inner.type ?? "string", inner);
  const given = schema.default ?? "";
  if (field instanceof HTMLInputElement && field.type === "checkbox") {
    field.checked = given === true;
  } else field.value = Array.isArray(given) ? "" : String(given);
  const label = name.replaceAll("_", " ");
  const text = label.charAt(0).toUpperCase() + label.slice(1);
  const element = h("label", { class: "field" }, h("span", {}, text), field);
  const first = valueOf(field);
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
