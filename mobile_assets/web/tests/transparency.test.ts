/** What a server made of a photo is as transparent as that, whoever asked it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { RemoteLens } from "../src/remote/remote_lens.js";
import type { Transport } from "../src/remote/transport.js";
import type { Pixels } from "../src/results.js";
import { Router } from "../src/router.js";
import { asTransparent } from "../src/transparency.js";
import { CASES, type Case, replyOf } from "./scripted.js";

/** Grey that is opaque on the left, less and less so to the right. */
function faded(width: number, height: number): Pixels {
  const data = new Uint8Array(3 * width * height).fill(128);
  const alpha = new Uint8Array(width * height).map((_, i) => 255 - 80 * (i % width));
  return { width, height, data, alpha };
}

/** A server that has one answer to that task's questions. */
function saying(task: string): RemoteLens {
  const { body } = CASES["answers"].find((row: Case) => row["task"] === task);
  const model = { ...CASES["models"][0], id: `the-${task}`, tasks: [task] };
  const transport: Transport = async ({ path }) =>
    replyOf({ status: 200, body: path === "/v1/models" ? { models: [model] } : body });
  const encode = async () => new Uint8Array(9);
  return new RemoteLens("http://127.0.0.1:9", { settings: { transport, encode } });
}

/** That server, and a router that has nobody else. */
function askers(task: string): readonly [RemoteLens, Router] {
  const predict = () => assert.fail("the device was asked");
  const remote = saying(task);
  return [remote, new Router({ predict }, remote, { policy: "server-first" })];
}

test("pictures", async () => {
  const photo = faded(4, 2);
  for (const asker of askers("style")) {
    const outcome = await asker.style(photo);
    assert.ok(outcome.kind === "ok");
    assert.deepEqual(outcome.value.pixels.alpha, photo.alpha);
  }
  for (const asker of askers("super-resolution")) {
    const outcome = await asker.superResolution(photo);
    assert.ok(outcome.kind === "ok");
    assert.deepEqual(outcome.value.pixels.alpha, photo.alpha);
  }
});

test("cut-outs", async () => {
  for (const asker of askers("cut")) {
    const { alpha: _, ...opaque } = faded(4, 2);
    const solid = await asker.cut(opaque, ["cat"]);
    const made = await asker.cut(faded(4, 2), ["cat"]);
    assert.ok(solid.kind === "ok" && made.kind === "ok");
    assert.deepEqual(made.value.found, ["cat"]);
    const before = solid.value.pixels.data;
    assert.ok(before.some((value, i) => i % 4 === 3 && value > 0 && value < 255));
    const seen = before.map((value, i) =>
      i % 4 < 3 ? value : Math.round((value * (255 - 80 * ((i >> 2) % 4))) / 255),
    );
    assert.deepEqual(made.value.pixels.data, seen);
  }
});

test("on white there is more of the white, and what is no picture stays", () => {
  const photo = faded(2, 1);
  const pixels = {
    width: 2,
    height: 1,
    channels: 3,
    data: Uint8Array.from([0, 0, 0, 0, 51, 255]),
  };
  const thin = asTransparent({ pixels, method: "m" }, photo);
  assert.deepEqual([...thin.pixels.data], [0, 0, 0, 80, 115, 255]);
  assert.deepEqual([thin.method, thin.pixels.channels], ["m", 3]);
  const faces = { faces: [] };
  assert.equal(asTransparent(faces, photo), faces);
});
