import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Bundle, type Fetcher, readManifest } from "../src/bundle.js";
import { BundleError, BundleNotFound, BundleTampered, UnknownName } from "../src/errors.js";
import { sha256 } from "../src/hashes.js";

// Node 18 has it, but not by that name.
if (globalThis.crypto === undefined) Object.assign(globalThis, { crypto: webcrypto });

const ASSETS = new URL("../../../", import.meta.url); // from web/dist/tests
const files: Fetcher = async (path) => {
  try {
    return readFileSync(new URL(path, ASSETS));
  } catch {
    return null;
  }
};
const MANIFEST = JSON.parse(readFileSync(new URL("manifest.json", ASSETS), "utf8"));

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

test("SHA-256", async () => {
  const empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  assert.equal(await sha256(new Uint8Array()), empty);
});

test("every shipped file and its labels are those of the manifest", async () => {
  const bundle = await Bundle.open(files);
  for (const entry of bundle.manifest.models) {
    await bundle.labels(entry.spec);
    for (const size of entry.spec.image.sizes_hw) {
      assert.equal((await bundle.file(entry, size)).file.format, "tflite");
    }
  }
});

test("a model or a size that there is not is named with those there are", async () => {
  const bundle = await Bundle.open(files);
  assert.throws(() => bundle.entry("faces"), UnknownName);
  const entry = bundle.entry("style-transfer");
  await assert.rejects(bundle.file(entry, [3, 3]), /unknown size of style-transfer '3x3'/);
});

test("where there is no manifest", async () => {
  await assert.rejects(
    Bundle.open(async () => null),
    BundleNotFound,
  );
});

test("labels as many as there are classes, but others", async () => {
  const bundle = await Bundle.open(async (path) => {
    const bytes = await files(path);
    if (bytes !== null && path.startsWith("labels/")) bytes[0]! ^= 1;
    return bytes;
  });
  await assert.rejects(
    bundle.labels(bundle.entry("object-detection").spec),
    /coco80\.txt is not the file that the manifest names/,
  );
});

test("a file that is another one, and one that is gone", async () => {
  for (const content of [new Uint8Array(3), null]) {
    const bundle = await Bundle.open(async (path) =>
      path === "manifest.json" ? files(path) : content,
    );
    const entry = bundle.entry("object-detection");
    await assert.rejects(bundle.file(entry), BundleTampered);
    await assert.rejects(bundle.labels(entry.spec), BundleTampered);
  }
});

test("what is left out has its default", () => {
  const [first] = MANIFEST.models;
  const { labels, ...spec } = first.spec;
  assert.equal(labels, "");
  const read = readManifest(bytes({ ...MANIFEST, models: [{ ...first, spec }] }));
  assert.equal(read.models[0].spec.labels, "");
});

const WRONG: readonly (readonly [string, (model: typeof MANIFEST) => void, RegExp])[] = [
  ["a number", (model) => (model.spec.id = 3), /models\[0\]\.spec\.id is not string/],
  ["a field too few", (model) => delete model.spec.id, /models\[0\]\.spec\.id is missing/],
  [
    "a field too many",
    (model) => (model.spec.more = 1),
    /models\[0\]\.spec\.more is not known/,
  ],
  ["half a size", (model) => (model.spec.image.sizes_hw = [[1]]), /sizes_hw\[0\] has 1 items/],
  ["no list", (model) => (model.files = 1), /models\[0\]\.files is not a list/],
  ["no model", (model) => (model.spec = null), /models\[0\]\.spec is not an object/],
  ["a wrong output", (model) => (model.spec.program[4].boxes = "b"), /names the tensor 'b'/],
  ["no end", (model) => model.spec.program.pop(), /its program gives candidates/],
  ["a task", (model) => (model.spec.task.kind = "toString"), /task\.kind "toString"/],
];

for (const [name, change, said] of WRONG) {
  test(`a manifest with ${name}`, () => {
    const manifest = structuredClone(MANIFEST);
    change(manifest.models[0]);
    assert.throws(
      () => readManifest(bytes(manifest)),
      (error: Error) => error instanceof BundleError && said.test(error.message),
    );
  });
}
