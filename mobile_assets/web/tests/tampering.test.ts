/** Any byte of any model: changed, cut off, added, or all of it gone. */
import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Bundle, type Fetcher } from "../src/bundle.js";
import { BundleTampered, SchemaTooNew } from "../src/errors.js";
import { probeOf } from "../src/golden.js";

// Node 18 has it, but not by that name.
if (globalThis.crypto === undefined) Object.assign(globalThis, { crypto: webcrypto });

const ASSETS = new URL("../../../", import.meta.url); // from web/dist/tests
const files: Fetcher = async (path) => new Uint8Array(readFileSync(new URL(path, ASSETS)));

function flipped(at: number): (content: Uint8Array) => Uint8Array {
  return (content) => {
    const made = content.slice();
    made[Math.floor(at * (made.length - 1))]! ^= 1;
    return made;
  };
}

const DAMAGE: Readonly<Record<string, (content: Uint8Array) => Uint8Array | null>> = {
  "the first byte": flipped(0),
  "a byte early on": flipped(0.013),
  "the middle byte": flipped(0.5),
  "the last byte": flipped(1),
  "a byte less": (content) => content.subarray(0, -1),
  "a byte more": (content) => Uint8Array.from([...content, 0]),
  "a missing file": () => null,
};

/** A bundle of which one file is damaged. */
function damagedBundle(bundle: Bundle, damaged: string, how: string): Bundle {
  return withFiles(bundle, async (path) => {
    const content = await files(path);
    return path === damaged && content !== null ? DAMAGE[how]!(content) : content;
  });
}

/** The bundle of a manifest that was read, on other files. */
function withFiles(bundle: Bundle, fetcher: Fetcher): Bundle {
  return Object.assign(Object.create(Bundle.prototype) as Bundle, bundle, { fetcher });
}

const whole = await Bundle.open(files);

for (const how of Object.keys(DAMAGE)) {
  test(`every model: ${how}`, async () => {
    for (const entry of whole.manifest.models) {
      for (const size of entry.spec.image.sizes_hw) {
        const { path } = (await whole.file(entry, size)).file;
        const broken = damagedBundle(whole, path, how);
        await assert.rejects(broken.file(entry, size), BundleTampered, path);
      }
    }
  });
}

test("golden vectors of a later version", async () => {
  const entry = whole.entry("smile");
  const { file } = await whole.file(entry);
  const later = async () => new TextEncoder().encode('{"golden_version": 99, "cases": 7}');
  await assert.rejects(probeOf(withFiles(whole, later), entry, file), SchemaTooNew);
});
