import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceSide } from "../src/device_side.js";
import { BackendError, PocketLensError } from "../src/errors.js";
import type { CutOut, Instances } from "../src/heavy_results.js";
import { type OutcomeProvenance, unavailable } from "../src/outcomes.js";
import type { Analysed } from "../src/remote/analyze.js";
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
import { RemoteLens } from "../src/remote/remote_lens.js";
import type { How } from "../src/remote/remote_settings.js";
import { jittered } from "../src/remote/retrying.js";
import type { Transport } from "../src/remote/transport.js";
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

function analysis(said: Analysed): unknown {
  const { values, problems, models, stored, ms } = said;
  const read = (value: any) => "labels" in value || "objects" in value || "faces" in value;
  return {
    values: mapValues(values, (value: any) => (read(value) ? resultRecord(value) : value)),
    problems: mapValues(problems, ({ code, why, retryAfter }) => ({
      code,
      why,
      retry_after: retryAfter,
    })),
    stored: [...stored].sort(),
    models,
    ms,
  };
}

function mapValues<Value>(
  from: Readonly<Record<string, Value>>,
  to: (value: Value) => unknown,
) {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, to(value)]));
}

/** A whole answer as the events that a server makes of it. */
function events({ image, results, problems, ...ends }: Case): string {
  const event = (kind: string, data: unknown) =>
    `event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
  const analyses = [...Object.keys(results), ...Object.keys(problems)];
  return [
    event("image", { image, analyses }),
    ...Object.entries<Case>(results).map(([name, one]) => event("result", { name, ...one })),
    ...Object.entries(problems).map(([name, problem]) => event("problem", { name, problem })),
    event("done", ends),
  ].join("");
}

/** A photo that is answered with that text, in pieces of a few bytes. */
async function analyzed([width, height]: readonly [number, number], text: string) {
  const told: string[] = [];
  let sent = 0;
  const transport: Transport = async ({ headers, listen }) => {
    sent += 1;
    assert.equal(headers["Accept"], "text/event-stream");
    const body = new TextEncoder().encode(text);
    const heard = listen?.();
    for (let at = 0; at < body.length; at += 7) heard?.(body.subarray(at, at + 7));
    return { status: 200, retryAfter: "", body };
  };
  const settings = {
    transport,
    attempts: 2,
    backoff: 0,
    encode: async () => new Uint8Array(1),
  };
  const lens = new RemoteLens("http://127.0.0.1:9", { settings });
  const photo = { width, height, data: new Uint8Array(3 * width * height) };
  const heard = (name: string, { values, problems }: Analysed) => {
    told.push(name);
    assert.ok(name in values || name in problems);
  };
  return { said: await lens.analyze(photo, [], { heard }), told, sent };
}

rows("analyses", async ({ photo, body, expect, code }) => {
  const { said, told, sent } = await analyzed(photo, events(body));
  if (said.kind === "unavailable") {
    assert.equal(said.code, code);
    assert.equal(sent, 2); // no answer: it was asked again
    return;
  }
  assert.equal(code, undefined);
  assert.ok(near(analysis(said), expect), JSON.stringify(said));
  const { results, problems } = body;
  assert.deepEqual(told, [...Object.keys(results), ...Object.keys(problems)]);
});

rows("streams", async ({ photo, text, expect, code, told }) => {
  const heard = await analyzed(photo, text);
  assert.deepEqual(heard.told, told); // each once, though it may have been asked twice
  if (heard.said.kind === "unavailable") assert.equal(heard.said.code, code);
  else assert.ok(near(analysis(heard.said), expect), JSON.stringify(heard.said));
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
