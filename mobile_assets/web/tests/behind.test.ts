/** What is put behind the person, on pictures of a few pixels. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { UnknownName } from "../src/errors.js";
import { type OpenedBehind, before, covering } from "../src/filters/behind.js";
import { planeOf } from "../src/filters/planes.js";
import type { BackdropTable } from "../src/filters/tables.js";
import type { Pixels } from "../src/results.js";
import { asset } from "./scripted.js";

const text = new TextDecoder().decode(asset("filters.tables.json"));
const TABLE = (JSON.parse(text) as { backdrops: BackdropTable }).backdrops;
const [SIDE, RED, BLUE] = [40, [200, 30, 30], [20, 40, 220]];

/** Red on the left, where the person is, and blue on the right; the edge is half open. */
function half(): { photo: Pixels; alpha: ReturnType<typeof planeOf> } {
  const data = new Uint8Array(3 * SIDE * SIDE);
  const share = new Float32Array(SIDE * SIDE);
  share.forEach((_, at) => {
    const column = at % SIDE;
    share[at] = column < SIDE / 2 ? 1 : column === SIDE / 2 ? 0.5 : 0;
    const mixed = RED.map((red, c) => red * share[at] + BLUE[c] * (1 - share[at]));
    data.set(mixed, 3 * at);
  });
  const size = { width: SIDE, height: SIDE };
  return { photo: { ...size, data }, alpha: planeOf({ ...size, data: share }, 1) };
}

function row(behind: OpenedBehind): (column: number) => readonly number[] {
  const { photo, alpha } = half();
  const { data } = before(photo, alpha, behind, TABLE);
  const middle = 4 * SIDE * (SIDE / 2);
  return (column) => [...data.subarray(middle + 4 * column, middle + 4 * column + 4)];
}

function near(found: readonly number[], expected: readonly number[], most = 1): void {
  const away = found.map((value, i) => Math.abs(value - expected[i]));
  assert.ok(Math.max(...away) <= most, `${found.join()} is not ${expected.join()}`);
}

test("cut out, the edge keeps the person's colour and is half transparent", () => {
  const at = row({ behind: "nothing" });
  assert.deepEqual(
    [at(0), at(SIDE - 1)],
    [
      [...RED, 255],
      [0, 0, 0, 0],
    ],
  );
  near(at(SIDE / 2), [...RED, 128], 3);
});

test("before a colour, the edge is of the person's and that one", () => {
  const at = row({ behind: "colour", colour: "#00ff00" });
  assert.deepEqual(
    [at(0), at(SIDE - 1)],
    [
      [...RED, 255],
      [0, 255, 0, 255],
    ],
  );
  near(at(SIDE / 2), [100, 142, 15, 255], 3);
});

test("of what is blurred nothing of the person is a part", () => {
  const at = row({ behind: "blur" });
  assert.deepEqual(at(0), [...RED, 255]);
  near(at(SIDE - 1), [...BLUE, 255], 2);
});

test("words paint, and one that is none is named", () => {
  assert.notDeepEqual(
    row({ behind: "words", words: "sunset, dots" })(SIDE - 1),
    row({ behind: "words", words: "night, dots" })(SIDE - 1),
  );
  assert.throws(() => row({ behind: "words", words: "sunset,dot" }), UnknownName);
});

test("a picture covers: what is over is cut off evenly", () => {
  const wide = { width: 8, height: 2, data: Uint8Array.from({ length: 48 }, (_, i) => i) };
  const cut = covering(wide, { width: 2, height: 2 });
  assert.deepEqual([...cut.data], [9, 10, 11, 12, 13, 14, 33, 34, 35, 36, 37, 38]);
  const small = covering(wide, { width: 1, height: 1 });
  assert.deepEqual([...small.data], [23, 24, 25]);
  const one = { width: 1, height: 1, data: Uint8Array.of(9, 8, 7) };
  const large = covering(one, { width: 2, height: 3 });
  assert.deepEqual(large.data.length, 18);
  assert.deepEqual([...large.data.subarray(15)], [9, 8, 7]);
});
