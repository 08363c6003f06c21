// Writes src/manifest_types.ts from ../manifest.schema.json: the types, and the schema
// itself without its prose, which src/schema.ts holds a manifest against.
//
//   node scripts/manifest_types.mjs          write
//   node scripts/manifest_types.mjs --check  exit 1 where the file is not what would be written
import { readFileSync, writeFileSync } from "node:fs";

const SCHEMA = new URL("../../manifest.schema.json", import.meta.url);
const TARGET = new URL("../src/manifest_types.ts", import.meta.url);
const NAMES = { integer: "number", number: "number", string: "string", boolean: "boolean" };

function named(reference) {
  return reference.split("/").at(-1);
}

function typeOf(node) {
  if (node.$ref) return named(node.$ref);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (node.anyOf) return node.anyOf.map(typeOf).join(" | ");
  if (node.type === "null") return "null";
  if (node.type === "array") return arrayOf(node);
  if (node.type === "object")
    return `Readonly<Record<string, ${typeOf(node.additionalProperties)}>>`;
  return NAMES[node.type];
}

function arrayOf(node) {
  if (node.prefixItems) return `readonly [${node.prefixItems.map(typeOf).join(", ")}]`;
  return `readonly (${typeOf(node.items)})[]`;
}

function interfaceOf(name, node) {
  const fields = Object.entries(node.properties).map(
    ([field, value]) => `  readonly ${field}: ${typeOf(value)};`,
  );
  return `/** ${node.description.split("\n\n")[0].replace(/\s+/g, " ").trim()} */\nexport interface ${name} {\n${fields.join("\n")}\n}\n`;
}

function bare(node) {
  if (Array.isArray(node)) return node.map(bare);
  if (node === null || typeof node !== "object") return node;
  // src/schema.ts refuses every field that is not listed, asks for every one that has no default,
  // goes by a discriminator's mapping, and takes what has properties as an object: what says so
  // again is left out.
  const kept = Object.entries(node).filter(
    ([key, value]) =>
      !["title", "description"].includes(key) &&
      !(key === "additionalProperties" && value === false) &&
      !(key === "type" && node.properties) &&
      !(key === "required" && isEveryOneWithoutDefault(value, node)),
  );
  return Object.fromEntries(
    kept.map(([key, value]) => {
      if (key === "anyOf" && node.discriminator) return [key, []];
      return [key, bare(value)];
    }),
  );
}

function isEveryOneWithoutDefault(required, { properties }) {
  const names = Object.keys(properties).filter((name) => !("default" in properties[name]));
  return String(names) === String(required);
}

/** A definition is named by its name: all of them lie in one place. */
function shortened(schema) {
  return JSON.stringify(schema).replaceAll('"#/$defs/', '"');
}

function bareProperties(schema) {
  // "title" is also a property's name: only the prose of definitions is taken out.
  const definitions = Object.entries(schema.$defs).map(([name, node]) => {
    const properties = Object.entries(node.properties).map(([key, value]) => [
      key,
      bare(value),
    ]);
    return [name, { ...bare(node), properties: Object.fromEntries(properties) }];
  });
  return { $ref: schema.$ref, $defs: Object.fromEntries(definitions) };
}

const schema = JSON.parse(readFileSync(SCHEMA, "utf8"));
const steps = schema.$defs.ModelSpec.properties.program.items.anyOf.map(typeOf);
const text = [
  "// Made by scripts/manifest_types.mjs from manifest.schema.json: do not edit.\n",
  ...Object.entries(schema.$defs).map(([name, node]) => interfaceOf(name, node)),
  `/** One step of a program. */\nexport type Step = ${steps.join(" | ")};\n`,
  "/** The schema, without its prose. */",
  `export const SCHEMA: unknown = ${shortened(bareProperties(schema))};\n`,
].join("\n");

if (!process.argv.includes("--check")) writeFileSync(TARGET, text);
else if (readFileSync(TARGET, "utf8") !== text) {
  console.error("src/manifest_types.ts is not what the schema says: run `npm run types`");
  process.exit(1);
}
