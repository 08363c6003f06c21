/**
 * A JSON value held against a JSON Schema, as far as manifest.schema.json and
 * filters.schema.json go: fields that are left out get their defaults, and what does not fit
 * is named by its place.
 */
import { SpecError } from "./errors.js";

/** The keywords that the schemas use. */
interface Node {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Node[];
  readonly discriminator?: {
    readonly propertyName: string;
    readonly mapping: Record<string, string>;
  };
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node | false;
  readonly prefixItems?: readonly Node[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly default?: unknown;
}

/** What `$ref` leads to, and where the value lies in the eyes of a reader. */
interface Root extends Node {
  readonly $defs: Readonly<Record<string, Node>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** The value with defaults filled in; `SpecError`, naming the place, where it does not fit.
 * `reference`: the definition that it is held against, the whole schema where it is empty. */
export function checked(
  value: unknown,
  schema: unknown,
  place = "manifest",
  reference = "",
): unknown {
  const root = schema as Root;
  return read(value, reference ? { $ref: reference } : root, place, root);
}

function read(value: unknown, node: Node, place: string, root: Root): unknown {
  if (node.$ref !== undefined) return read(value, definition(node.$ref, root), place, root);
  if (node.enum !== undefined) return listed(value, node.enum, place);
  if (node.anyOf !== undefined) return read(value, chosen(value, node, place), place, root);
  if (node.type === "object" || node.properties) return fieldsOf(value, node, place, root);
  if (node.type === "array") return itemsOf(value, node, place, root);
  if (!typed(value, node.type)) {
    throw new SpecError(`${place} is not ${node.type}: build the bundle again`);
  }
  checkRange(value, node, place);
  return value;
}

function checkRange(value: unknown, node: Node, place: string): void {
  const length = typeof value === "string" ? value.length : 0;
  const number = typeof value === "number" ? value : 0;
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = node;
  const { minLength = 0, maxLength = Infinity, pattern } = node;
  if (number < minimum || number > maximum || number <= exclusiveMinimum) {
    const least = Math.max(minimum, exclusiveMinimum);
    throw new SpecError(`${place} is ${number}, not in ${least}..${maximum}: mend it`);
  }
  if (length < minLength || length > maxLength) {
    throw new SpecError(
      `${place} has ${length} letters, not ${minLength}..${maxLength}: mend it`,
    );
  }
  if (pattern !== undefined && !new RegExp(pattern).test(String(value))) {
    throw new SpecError(`${place} is ${JSON.stringify(value)}, not ${pattern}: mend it`);
  }
}

function definition(reference: string, root: Root): Node {
  return root.$defs[reference.slice(reference.lastIndexOf("/") + 1)] as Node;
}

function listed(value: unknown, allowed: readonly unknown[], place: string): unknown {
  if (allowed.includes(value)) return value;
  const known = allowed.map((item) => JSON.stringify(item)).join(", ");
  throw new SpecError(
    `${place} is ${JSON.stringify(value)}, this PocketLens knows ${known}: update PocketLens`,
  );
}

function chosen(value: unknown, node: Node, place: string): Node {
  const options = node.anyOf as readonly Node[];
  if (node.discriminator === undefined) {
    const simple = options.find(({ type }) => type !== undefined && typed(value, type));
    const other = options.find(({ type }) => type === undefined);
    return simple ?? other ?? (options.find(({ type }) => type !== "null") as Node);
  }
  const { propertyName, mapping } = node.discriminator;
  const tag = (value as Fields | null)?.[propertyName];
  const reference =
    typeof tag === "string" && Object.hasOwn(mapping, tag) ? mapping[tag] : null;
  if (reference) return { $ref: reference };
  const shown = JSON.stringify(tag);
  throw new SpecError(`${place}.${propertyName} ${shown} is not known: update PocketLens`);
}

function fieldsOf(value: unknown, node: Node, place: string, root: Root): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SpecError(`${place} is not an object: build the bundle again`);
  }
  const { properties = {}, additionalProperties } = node;
  const required = Object.keys(properties).filter((name) => !("default" in properties[name]));
  const found: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    const own = Object.hasOwn(properties, name) ? properties[name] : additionalProperties;
    if (typeof own !== "object") {
      const known = Object.keys(properties).sort().join(", ") || "none";
      throw new SpecError(`${place}.${name} is not known (known: ${known}): update PocketLens`);
    }
    found[name] = read(item, own, `${place}.${name}`, root);
  }
  return { ...defaults(properties, node.required ?? required, found, place), ...found };
}

function defaults(
  properties: Readonly<Record<string, Node>>,
  required: readonly string[],
  found: Fields,
  place: string,
): Fields {
  const missing = required.find((name) => !Object.hasOwn(found, name));
  if (missing !== undefined) {
    throw new SpecError(`${place}.${missing} is missing: build the bundle again`);
  }
  const entries = Object.entries(properties).filter(([, node]) => "default" in node);
  return Object.fromEntries(entries.map(([name, node]) => [name, node.default]));
}

function itemsOf(value: unknown, node: Node, place: string, root: Root): unknown {
  if (!Array.isArray(value)) throw new SpecError(`${place} is not a list: build it again`);
  const { minItems = 0, maxItems = Infinity, prefixItems } = node;
  if (value.length < minItems || value.length > maxItems) {
    throw new SpecError(`${place} has ${value.length} items: build the bundle again`);
  }
  return value.map((item, index) => {
    const own = prefixItems?.[index] ?? (node.items as Node);
    return read(item, own, `${place}[${index}]`, root);
  });
}

function typed(value: unknown, type: string | undefined): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "null") return value === null;
  return typeof value === type;
}
