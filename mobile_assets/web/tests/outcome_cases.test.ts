import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceSide } from "../src/device_side.js";
import { BackendError, PocketLensError } from "../src/errors.js";
import type { CutOut, Instances } from "../src/heavy_results.js";
import { type OutcomeProvenance, unavailable } from "../src/outcomes.js";
import { READERS } from "../src/remote/answers.js";
import {
  type ServerTask,
  TASKS,
  type TaskName,
  pathOf,
  readAnswer,
} from "../src/remote/asking.js";
import { Breaker } from "../src/remote/breaker.js";
import { Capabilities, readModels } from "../src/remote/capabilities.js";
import { CLOCK } from "../src/remote/clock.js";
import { unpacked } from "../src/remote/masks.js";
import { Refusal, refusalOf } from "../src/remote/refusals.js";
import { type How, RemoteLens } from "../src/remote/remote_lens.js";
import { jittered } from "../src/remote/retrying.js";
import { sentSize } from "../src/remote/uploads.js";
import { type Route, Routing } from "../src/routing.js";
import { resultRecord } from "../src/wire.js";
import { CASES, type Case, HeldClock, Scripted, near, replyOf } from "./scripted.js";

/** A test for each row of a section of the table. */
function rows(section: string, check: (row: Case) => void | Promise<void>): void {
  CASES[section].forEach((row: Case, i: number) => {
    test(`${section} ${row["name"] ?? i}`, () => check(row));
  });
}

test("the tasks", () => {
  const known = Object.entries<ServerTask>(TASKS).map(([name, { longest, everyPixel }]) => [
    name,
    [longest, everyPixel ?? false],
  ]);
  assert.deepEqual(Object.fromEntries(known), CASES["tasks"]);
});

rows("urls", ({ url, key, fits }) => {
  const open = () => new RemoteLens(url, { key });
  if (fits) open();
  else assert.throws(open, PocketLensError);
});

rows("sizes", ({ photo, longest, sent }) => assert.deepEqual(sentSize(photo, longest), sent));

rows("paths", ({ task, fields, path }) => assert.equal(pathOf(task, fields), path));

rows("asked", ({ task, model, refused }) => {
  const reply = replyOf({ status: 200, body: { models: CASES["models"] } });
  const refusal = new Capabilities(readModels(reply), new HeldClock()).refusal(task, model);
  assert.deepEqual(refusal && { code: refusal.code, why: refusal.why }, refused);
});

rows("refusals", ({ reply, code, retry_after, retryable, alive }) => {
  const found = refusalOf(replyOf(reply));
  assert.deepEqual(
    [found.code, found.retryAfter, found.retryable, found.alive],
    [code, retry_after, retryable, alive],
  );
});

rows("jitter", ({ backoff, attempt, retry_after, draw, seconds }) => {
  assert.ok(near(jittered(backoff, attempt, retry_after, draw), seconds));
});

rows("breaker", ({ failures, seconds, events }) => {
  const clock = new HeldClock();
  const breaker = new Breaker(failures, seconds, clock);
  for (const [what, value] of events) {
    if (what === "rest") assert.equal(breaker.rest(), value);
    else if (what === "note") breaker.note(value);
    else clock.time += value;
  }
});

rows("runs", ({ runs, bits }) => {
  if (bits === null) assert.throws(() => unpacked(runs), Refusal);
  else assert.deepEqual([...unpacked(runs).data], bits);
});

/** A value as the table has it. */
function told(value: any): unknown {
  if ("metres" in value) return { metres: [...value.metres], max_depth: value.maxDepth };
  if ("probability" in value) return { probability: [...value.probability] };
  if ("classes" in value) {
    const { classes, labels, palette } = value;
    return { classes: [...classes], labels, palette };
  }
  if ("instances" in value) {
    return {
      instances: (value as Instances).instances.map(({ label, score, boxXyxy, mask }) => ({
        label,
        score,
        box: boxXyxy,
        mask: [...mask.data],
      })),
    };
  }
  if ("mask" in value) {
    const { pixels, mask, found, method } = value as CutOut;
    return { pixels: [...pixels.data], mask: [...mask.data], found, method };
  }
  return "pixels" in value ? { pixels: [...value.pixels.data] } : resultRecord(value);
}

rows("answers", async ({ task, sent, photo, body, value, code }) => {
  const read = async () => {
    const question = { task: task as TaskName, sent };
    const answer = readAnswer(question, replyOf({ status: 200, body }), () => "");
    return told(await READERS[task as TaskName]({ answer, photo }));
  };
  if (code) {
    await assert.rejects(read, (error: Refusal) => error.code === code);
    return;
  }
  const found = await read();
  assert.ok(near(found, value), JSON.stringify(found));
});

rows("conversations", async (row) => {
  const clock = new HeldClock(row["draw"]);
  const script = new Scripted(row, clock);
  const {
    attempts = 3,
    backoff = 0,
    breaker_failures = 5,
    breaker_seconds = 5,
    hedge_after = null,
  } = row["settings"] ?? {};
  const settings = {
    attempts,
    backoff,
    breakerFailures: breaker_failures,
    breakerSeconds: breaker_seconds,
    hedgeAfter: hedge_after,
    transport: script.transport,
    clock,
    encode: async () => new Uint8Array(1),
  };
  const lens = new RemoteLens("http://127.0.0.1:9", { files: row["files"] ?? {}, settings });
  const photo = { width: 32, height: 24, data: new Uint8Array(3 * 32 * 24) };
  for (const [i, { task, after, seconds, hedge_after }] of row["questions"].entries()) {
    clock.time += after;
    const said =
      task === "models"
        ? await lens.models(false, seconds)
        : await lens[task as "faces" | "smile"](photo, { seconds, hedgeAfter: hedge_after });
    assert.deepEqual(outcomeOf(said), row["outcomes"][i]);
  }
  assert.equal(script.deadlines.length, row["sent"]);
  assert.equal(script.cut, row["cut"] ?? 0);
  assert.equal(clock.left, 0);
  if (row["keys"]) assert.equal(script.keys.size, row["keys"]);
  if (row["deadlines"]) assert.deepEqual(script.deadlines, row["deadlines"]);
  if (row["waits"]) assert.deepEqual(clock.waits, row["waits"]);
});

function outcomeOf(said: Awaited<ReturnType<RemoteLens["faces" | "models"]>>): unknown {
  if (said instanceof Capabilities) return { kind: "models", count: said.models.length };
  if (said.kind === "unavailable") {
    assert.ok(said.why);
    return { kind: said.kind, code: said.code, retry_after: said.retryAfter };
  }
  const { where, ms, attempts } = said.provenance;
  assert.deepEqual([where, ms["server.total"]], ["server", 3]);
  return { kind: said.kind, faces: said.value.faces.length, attempts };
}

function from(where: OutcomeProvenance["where"]): OutcomeProvenance {
  const sizes = { ms: {}, bytesSent: 0, bytesSaved: 0, attempts: 1 };
  return { where, model: "m", sha256: "", variant: "", accelerator: "", ...sizes };
}

rows("routing", async ({ policy, device, server, fallback, expect, asked }) => {
  const heard: string[] = [];
  const route: Route<number> = {
    task: "faces",
    device: device === "none" ? null : { name: "faces", work: answer("device") },
    fallback: fallback ? { work: answer("fallback"), why: () => "less" } : null,
    server: async (how: How) => {
      heard.push("server");
      if (server === "refuses") return unavailable("it is busy", 2, "overloaded");
      if (server === "not-asked") throw new PocketLensError("that cannot be asked");
      assert.equal(how.fullSize, policy === "best-quality" ? true : undefined);
      return { kind: "ok", value: 1, provenance: from("server") };
    },
  };
  function answer(side: string) {
    return async () => {
      heard.push(side);
      if (side === "device" && device === "fails") throw new BackendError("it failed");
      return { value: 1, provenance: from("device") };
    };
  }
  const models = async () => {
    heard.push("models");
    if (server === "unreachable") return unavailable("it is away", 3, "unreachable");
    const state = server === "weights-missing" ? server : "ready";
    const one = { id: "m", tasks: ["faces"], where: "server", variant: "", sha256: "", state };
    return new Capabilities([one], CLOCK);
  };
  const lens = new DeviceSide({ predict: () => assert.fail("no model is asked here") });
  const routing = new Routing(lens, server === "none" ? null : { models }, CLOCK);
  const outcome = await routing.ask(route, policy, {}, 5);
  if (outcome.kind === "unavailable") {
    const { kind, code, retryAfter } = outcome;
    assert.deepEqual({ kind, code, retry_after: retryAfter }, expect);
  } else {
    assert.deepEqual({ kind: outcome.kind, where: outcome.provenance.where }, expect);
    if (outcome.kind === "degraded") assert.match(outcome.why, /^less \(/);
  }
  if (policy === "fastest") assert.deepEqual(heard.sort(), [...asked].sort());
  else assert.deepEqual(heard, asked);
});
