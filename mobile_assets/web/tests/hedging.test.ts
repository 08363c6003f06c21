import assert from "node:assert/strict";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { RemoteLens } from "../src/remote/remote_lens.js";
import type { RemoteSettings } from "../src/remote/remote_settings.js";
import { CASES } from "./scripted.js";

const PHOTO = { width: 32, height: 24, data: new Uint8Array(3 * 32 * 24) };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A server that does `answer` with each request, by its number; what it was asked, and which
 * of its responses were closed before they were done. */
async function serving(answer: (response: ServerResponse, number: number) => void) {
  const asked: IncomingMessage[] = [];
  const cut: number[] = [];
  const server = createServer((request, response) => {
    const number = asked.push(request) - 1;
    response.on("close", () => response.writableFinished || cut.push(number));
    request.resume().on("end", () => answer(response, number));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  const lens = (settings: Partial<RemoteSettings>) =>
    new RemoteLens(`http://127.0.0.1:${port}`, {
      settings: { encode: async () => new Uint8Array(8), ...settings },
    });
  return { asked, cut, lens };
}

function faces(response: ServerResponse): void {
  response.end(JSON.stringify(CASES["replies"]["faces"].body));
}

async function until(done: () => boolean): Promise<void> {
  const ends = performance.now() + 5000;
  while (!done()) {
    assert.ok(performance.now() < ends);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a slow question is sent once more, and the loser's connection is closed", async () => {
  const { asked, cut, lens } = await serving((response, number) => {
    if (number > 0) faces(response);
  });
  const outcome = await lens({ hedgeAfter: 0.1 }).faces(PHOTO);
  assert.ok(outcome.kind === "ok" && outcome.provenance.attempts === 1);
  await until(() => cut.length > 0);
  assert.deepEqual(cut, [0]);
  assert.equal(asked.length, 2);
  const [first, second] = asked.map(({ headers }) => headers);
  assert.ok(first["idempotency-key"]);
  assert.equal(second["idempotency-key"], first["idempotency-key"]);
  assert.ok(Number(second["x-deadline-ms"]) <= Number(first["x-deadline-ms"]) - 90);
});

test("an answer that drips loses to one that is whole", async () => {
  const { cut, lens } = await serving((response, number) => {
    if (number > 0) return faces(response);
    response.writeHead(200, { "Content-Length": "1000" });
    const timer = setInterval(() => response.write(" "), 10);
    response.on("close", () => clearInterval(timer));
  });
  assert.equal((await lens({ hedgeAfter: 0.1 }).faces(PHOTO)).kind, "ok");
  await until(() => cut.length > 0);
  assert.deepEqual(cut, [0]);
});

test("a quick answer is asked for once, and nothing is left to be sent", async () => {
  const { asked, cut, lens } = await serving(faces);
  for (const [given, how] of [
    [{ hedgeAfter: 1 }, {}],
    [{ hedgeAfter: 0 }, { hedgeAfter: 1 }],
    [{}, { hedgeAfter: 1 }],
  ] as const) {
    assert.equal((await lens(given).faces(PHOTO, how)).kind, "ok");
  }
  await new Promise((resolve) => setTimeout(resolve, 1100));
  assert.equal(asked.length, 3);
  assert.deepEqual(cut, []);
});

test("who is patient for ever sends nothing twice", async () => {
  const { asked, lens } = await serving((response) => setTimeout(() => faces(response), 100));
  const outcome = await lens({ hedgeAfter: 0.01 }).faces(PHOTO, { hedgeAfter: Infinity });
  assert.equal(outcome.kind, "ok");
  assert.equal(asked.length, 1);
});

test("both are closed at the deadline", async () => {
  const { asked, cut, lens } = await serving(() => undefined);
  const outcome = await lens({ hedgeAfter: 0.05 }).faces(PHOTO, { seconds: 0.3 });
  assert.ok(outcome.kind === "unavailable" && outcome.code === "deadline");
  await until(() => cut.length > 1);
  assert.deepEqual(cut.sort(), [0, 1]);
  assert.equal(asked.length, 2);
});

test("a mistake of the app says nothing of the server", async () => {
  let sent = 0;
  const transport = async () => {
    sent += 1;
    throw new RangeError("a mistake");
  };
  const { lens } = await serving(faces);
  const wrong = lens({ transport });
  for (let i = 0; i < 7; i += 1) await assert.rejects(wrong.faces(PHOTO), RangeError);
  assert.equal(sent, 7);
});
