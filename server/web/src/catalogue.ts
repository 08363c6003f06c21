/** The tasks of a server, from its OpenAPI document and its models; of this device, from the
 * table alone. */
import { type Known, KNOWN, UNASKED } from "./tasks.js";
import type { Config, Json, Parameter, Schema, Task } from "./types.js";

/** The parts of the OpenAPI document that are read here. */
export interface Document {
  readonly paths: Readonly<Record<string, { readonly post?: Operation }>>;
}

interface Operation {
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: BodySchema }>>;
  };
  readonly responses?: Readonly<Record<string, { readonly content?: Json }>>;
}

interface BodySchema {
  readonly properties?: Readonly<Record<string, { readonly contentMediaType?: string }>>;
}

/** What `/v1/models` says of a model. */
export interface Model {
  readonly id?: string;
  readonly tasks: readonly string[];
  readonly state: string;
  /** The tasks that it answers where no model is named. */
  readonly default_of?: readonly string[];
}

const TASK = /^\/v1\/([a-z0-9-]+)$/;
const FORM = "multipart/form-data";

/** Every task: those of the table first, in its order, then what only the server knows. */
export function tasksOf(
  config: Config,
  document: Document | null,
  models: readonly Model[],
): readonly Task[] {
  const served = new Map<string, Operation>();
  for (const [path, { post }] of Object.entries(document?.paths ?? {})) {
    const [, name] = TASK.exec(path) ?? [];
    if (name !== undefined && post !== undefined && takesPhotos(name, post)) {
      served.set(name, post);
    }
  }
  const names = new Set([...Object.keys(KNOWN), ...served.keys()]);
  return [...names]
    .map((name) => taskOf(name, served.get(name) ?? null, config, models))
    .filter((task) => task.served || task.device !== "");
}

/** Whether it answers a photo by itself: others want more than that. */
function takesPhotos(name: string, { tags = [], requestBody }: Operation): boolean {
  const { properties = {} } = requestBody?.content[FORM]?.schema ?? {};
  const task = name in KNOWN || tags.includes("tasks");
  return task && "image" in properties && !("dump" in properties);
}

function taskOf(
  name: string,
  operation: Operation | null,
  config: Config,
  models: readonly Model[],
): Task {
  const known = KNOWN[name] ?? unknown(name, operation);
  const { device = "", makes = false, slow = false, verb = "Run" } = known;
  const own = models.filter(({ tasks }) => tasks.includes(name));
  const usual = own.filter(({ default_of: of }) => of?.includes(name));
  const missing = own.length > 0 && (usual.length > 0 ? usual : own).every(isMissing);
  const other = missing ? own.find((one) => !isMissing(one)) : undefined;
  const { title, hint, group, icon } = known;
  return {
    ...{ name, title, hint, group, icon, verb, makes, slow },
    device: config.device !== null && config.models.includes(device) ? device : "",
    served: operation !== null,
    ...{ missing, instead: other?.id ?? "" },
    parameters: parametersOf(operation),
    pictures: picturesOf(operation),
    masked: operation?.parameters?.some((one) => one.name === "masks") ?? false,
    pictured: "image/png" in (operation?.responses?.["200"]?.content ?? {}),
  };
}

function isMissing({ state }: Model): boolean {
  return state === "weights-missing";
}

function unknown(name: string, operation: Operation | null): Known {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll("-", " ");
  const hint = operation?.summary ?? "";
  return { title, hint, group: "More", icon: "M5 12h.01M12 12h.01M19 12h.01", slow: true };
}

function parametersOf(operation: Operation | null): readonly Parameter[] {
  return (operation?.parameters ?? [])
    .filter((one) => one.in === "query" && !UNASKED.has(one.name) && isChoice(one.schema))
    .map(({ name, schema }) => ({ name, schema }));
}

/** One model, or none, is no choice. */
function isChoice({ enum: values }: Schema): boolean {
  return values === undefined || values.length > 2 || !values.includes("");
}

function picturesOf(operation: Operation | null): readonly string[] {
  const { properties = {} } = operation?.requestBody?.content[FORM]?.schema ?? {};
  const files = Object.entries(properties).filter(([, one]) => one.contentMediaType);
  return files.map(([name]) => name).filter((name) => name !== "image");
}
