import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, test } from "node:test";
import { BackendError, PocketLensError, UnknownName } from "../src/errors.js";
import { jpegMarks } from "../src/exif.js";
import type { Request } from "../src/lens.js";
import { type Outcome, degraded, mapped, unavailable } from "../src/outcomes.js";
import { RemoteLens } from "../src/remote/remote_lens.js";
import type { RemoteSettings } from "../src/remote/remote_settings.js";
import { Opened, withoutMetadata } from "../src/remote/uploads.js";
import type { Faces, Pixels, Prediction, Result } from "../src/results.js";
import { Router } from "../src/router.js";
import { POLICIES, type Policy } from "../src/routing.js";
import { CASES, HeldClock, asset } from "./scripted.js";

const realFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = realFetch;
});

const PHOTO = grey(32, 24);
const FACES = CASES["replies"]["faces"].body;
const NO_TIME = { decode: 0, preprocess: 0, run: 1, postprocess: 0 };
const RESULTS: Readonly<Record<string, Result>> = {
  "portrait-segmentation": { width: 1, height: 1, probability: new Float32Array(1) },
  "image-classification": { labels: [] },
  "object-detection": { objects: [] },
  "style-transfer": { pixels: PHOTO },
  "style-transfer-any": { pixels: PHOTO },
};

function grey(width: number, height: number): Pixels {
  return { width, height, data: new Uint8Array(3 * width * height).fill(128) };
}

/** A lens that answers, after a while, or fails. */
class Trying {
  asked: string[] = [];
  seconds = 0;
  broken = false;

  async predict(
    model: string,
    _: Uint8Array | Pixels,
    { scale }: Request = {},
  ): Promise<Prediction> {
    this.asked.push(model);
    await new Promise((resolve) => setTimeout(resolve, 1000 * this.seconds));
    if (this.broken) throw new BackendError("the graph is broken: build it again");
    const ran = {
      version: "1",
      variant: "fp32",
      sha256: "ab".repeat(32),
      backend: "litert.js",
    };
    const from = { model, ...ran, accelerator: "wasm" };
    const larger = scale && { pixels: grey(32 * scale, 24 * scale) };
    return { value: larger || (RESULTS[model] ?? { faces: [] }), ms: NO_TIME, from };
  }
}

/** What was asked of `fetch`, and what it gives. */
function stubbed(answer: (init: RequestInit, url: string) => Promise<Response> | Response) {
  const seen: { url: string; init: RequestInit; headers: Headers }[] = [];
  globalThis.fetch = (async (url: string, init: RequestInit) => {
    seen.push({ url, init, headers: new Headers(init.headers) });
    return answer(init, url);
  }) as typeof fetch;
  return seen;
}

function said(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers });
}

function remote(settings: Partial<RemoteSettings> = {}, key = ""): RemoteLens {
  const encode = async ({ data }: Pixels) => new Uint8Array(data.length >> 2);
  return new RemoteLens("http://127.0.0.1:9", { key, settings: { encode, ...settings } });
}

/** TypeScript holds this to be exhaustive: no return is missing. */
function told(outcome: Outcome<Faces>): string {
  switch (outcome.kind) {
    case "ok":
      return `${outcome.value.faces.length} ${outcome.provenance.where}`;
    case "degraded":
      return `${outcome.value.faces.length} but ${outcome.why}`;
    case "unavailable":
      return `${outcome.why}, in ${outcome.retryAfter}`;
  }
}

test("no faces and no answer are two things", async () => {
  stubbed(() => said(CASES["replies"]["no-faces"].body));
  const none = await remote().faces(PHOTO);
  assert.equal(told(none), "0 server");
  const outage: Outcome<Faces> = unavailable("away", 2, "unreachable");
  assert.equal(told(outage), "away, in 2");
  // @ts-expect-error: there is no value before the kind is asked for
  assert.equal((outage as Outcome<Faces>).value, undefined);
  assert.equal(told(degraded(none, "coarse")), "0 but coarse");
  assert.equal(degraded(outage, "coarse"), outage);
  assert.equal(
    mapped(outage, () => 1),
    outage,
  );
  const twice = degraded(degraded(none, "one"), "two");
  assert.equal(twice.kind === "degraded" && twice.why, "one; two");
});

test("device-only sends nothing", async () => {
  const asked = stubbed(() => assert.fail("something was sent"));
  const lens = new Trying();
  const router = new Router(lens, remote({}, "key"), { policy: "device-only" });
  const light = ["segment", "faces", "landmarks", "smile", "classify", "detect"] as const;
  for (const task of light) {
    const outcome = await router[task](PHOTO);
    assert.equal(outcome.kind, "ok");
    assert.deepEqual(
      outcome.kind === "ok" && [outcome.provenance.where, outcome.provenance.bytesSent],
      ["device", 0],
    );
  }
  assert.equal((await router.style(PHOTO, "3")).kind, "ok");
  assert.equal((await router.style(PHOTO, PHOTO)).kind, "ok");
  for (const task of ["depth", "instances", "semanticSegmentation"] as const) {
    assert.equal((await router[task](PHOTO)).kind, "unavailable");
  }
  assert.equal((await router.cut(PHOTO, ["cat"])).kind, "unavailable");
  const larger = await router.superResolution(PHOTO, {}, { scale: 2 });
  assert.ok(larger.kind === "degraded" && larger.value.pixels.width === 64);
  assert.equal(larger.provenance.model, "super-resolution-compact");
  assert.match(larger.why, /trained on drawings/);
  lens.broken = true;
  const failed = await router.faces(PHOTO);
  assert.ok(failed.kind === "unavailable" && failed.code === "device-failed");
  assert.equal(asked.length, 0);
  assert.equal(lens.asked.length, 10);
});

test("what the compact network cannot make larger is interpolated, and says why", async () => {
  const without = {
    predict: async (model: string): Promise<Prediction> => {
      throw new UnknownName("model", model, []);
    },
  };
  const huge = { width: 501, height: 500, data: new Uint8Array(3 * 501 * 500) };
  for (const [lens, photo, scale, why] of [
    [without, PHOTO, 4, "no super-resolution is at hand"],
    [new Trying(), PHOTO, 3, "no super-resolution is at hand"],
    [new Trying(), huge, 2, "more than the 250000 pixels"],
  ] as const) {
    const outcome = await new Router(lens).superResolution(photo, {}, { scale });
    assert.ok(outcome.kind === "degraded" && outcome.why.includes(why));
    assert.equal(outcome.provenance.model, "bilinear");
    assert.equal(outcome.value.pixels.width, scale * photo.width);
  }
});

test("what is sent", async () => {
  let replies = 0;
  const asked = stubbed(() => ((replies += 1) === 1 ? said({}, 502) : said(FACES)));
  const outcome = await remote({ backoff: 0 }, "secret").faces(PHOTO, { seconds: 5 });
  assert.equal(told(outcome), "1 server");
  assert.ok(outcome.kind === "ok" && outcome.provenance.attempts === 2);
  const [first, second] = asked;
  assert.equal(first.url, "http://127.0.0.1:9/v1/faces");
  assert.equal(first.headers.get("Authorization"), "Bearer secret");
  assert.equal(first.headers.get("Content-Type"), "image/png");
  const left = Number(first.headers.get("X-Deadline-Ms"));
  assert.ok(left > 3000 && left <= 5000);
  const key = first.headers.get("Idempotency-Key") ?? "";
  assert.equal(second.headers.get("Idempotency-Key"), key);
  assert.ok(key.length > 30);
  assert.deepEqual([first.init.credentials, first.init.redirect], ["omit", "manual"]);
});

test("a redirect is no answer, whether its status is known or not", async () => {
  const asked = stubbed(() => said(null, 307, { Location: "http://127.0.0.1:9/" }));
  const told307 = await remote().faces(PHOTO);
  assert.ok(told307.kind === "unavailable" && told307.retryAfter === null);
  assert.match(told307.why, /status 307/);
  assert.equal(asked.length, 1);
  const transport = async () => ({ status: 0, retryAfter: "", body: new Uint8Array(0) });
  const opaque = await remote({ transport }).faces(PHOTO);
  assert.ok(opaque.kind === "unavailable" && opaque.code === "not-an-answer");
  assert.match(opaque.why, /a redirect/);
});

test("a deadline is kept by whoever does not answer", async () => {
  const signals: AbortSignal[] = [];
  stubbed(({ signal }) => {
    signals.push(signal as AbortSignal);
    return new Promise(() => undefined); // whatever the signal says
  });
  const outcome = await remote().faces(PHOTO, { seconds: 0.05 });
  assert.ok(outcome.kind === "unavailable" && outcome.code === "deadline");
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true],
  );
});

test("a body that drips is cut at the deadline", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "Content-Length": "1000" });
    const timer = setInterval(() => response.write("x"), 10);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const lens = new RemoteLens(`http://127.0.0.1:${port}`);
  const jpeg = new Opened(grey(320, 200), asset("golden/photos/decode/exif6.jpg"));
  const outcome = await lens.faces(jpeg, { seconds: 0.3 });
  assert.ok(outcome.kind === "unavailable" && outcome.code === "deadline");
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("nobody listens, or says too much", async () => {
  const quick = { attempts: 1 };
  const gone = await remote(quick).faces(PHOTO);
  assert.ok(gone.kind === "unavailable" && gone.code === "unreachable");
  stubbed(() => said(FACES));
  const long = await remote({ ...quick, maxAnswerBytes: 100 }).faces(PHOTO);
  assert.ok(long.kind === "unavailable");
  assert.match(long.why, /more than 100 bytes/);
});

test("a photo is sent no larger than the model can use", async () => {
  const asked = stubbed(() => said(FACES));
  const encoded: string[] = [];
  const encode: RemoteSettings["encode"] = async ({ width, height }, type) => {
    encoded.push(`${width}x${height} ${type}`);
    return new Uint8Array(1000);
  };
  const photo = new Opened(grey(64, 48), new Uint8Array(50_000));
  const large = new Opened(grey(2000, 1500), new Uint8Array(50_000));
  for (const shown of [photo, large]) await remote({ encode, attempts: 1 }).faces(shown);
  await remote({ encode, attempts: 1 }).faces(large, { fullSize: true });
  await remote({ encode, attempts: 1 }).depth(photo);
  assert.deepEqual(encoded, [
    "64x48 image/png",
    "640x480 image/jpeg",
    "2000x1500 image/png",
    "64x48 image/png",
  ]);
  assert.equal((asked[0].init.body as Uint8Array).length, 1000);
  const body = { ...FACES, image: { size: [64, 48] } };
  stubbed(() => said(body));
  const outcome = await remote({ encode }).faces(photo);
  assert.ok(outcome.kind === "ok");
  const { bytesSent, bytesSaved } = outcome.provenance;
  assert.deepEqual([bytesSent, bytesSaved], [1000, 49_000]);
});

test("a JPEG is sent without its metadata, but for which way is up", async () => {
  for (const orientation of [1, 3, 6]) {
    const jpeg = asset(`golden/photos/decode/exif${orientation}.jpg`);
    const secret = new TextEncoder().encode("Exif\0\0 48.137 N, 11.575 E");
    const marked = Uint8Array.from([
      ...jpeg.subarray(0, 2),
      ...[0xff, 0xfe, 0, secret.length + 2, ...secret],
      ...jpeg.subarray(2),
    ]);
    const sent = withoutMetadata(marked);
    assert.equal(jpegMarks(sent).orientation, orientation);
    assert.ok(!Buffer.from(sent).includes("48.137"));
    const scan = Buffer.from(jpeg).indexOf(Buffer.from([0xff, 0xdb]));
    const tables = Buffer.from(jpeg).subarray(scan);
    assert.ok(Buffer.from(sent).includes(tables)); // every coefficient is there
  }
});

test("a style's picture goes along", async () => {
  const asked = stubbed(() => said({}, 500));
  await remote().style(PHOTO, grey(8, 8));
  const type = asked[0].headers.get("Content-Type") ?? "";
  const body = await new Response(asked[0].init.body, {
    headers: { "Content-Type": type },
  }).formData();
  assert.deepEqual([...body.keys()], ["image", "style_image"]);
});

test("the other side is asked in time", async () => {
  stubbed(() => new Promise(() => undefined));
  const lens = new Trying();
  const router = new Router(lens, remote(), { policy: "server-first", seconds: 0.6 });
  const outcome = await router.faces(PHOTO);
  assert.equal(told(outcome), "0 device");
  lens.seconds = 0.4;
  for (const policy of ["device-only", "fastest", "server-first"] as const) {
    const late = await router.faces(PHOTO, { policy, seconds: 0.1 });
    assert.ok(late.kind === "unavailable" && late.code === "deadline", policy);
  }
});

test("the fastest answer counts", async () => {
  stubbed((_, url) => said(url.endsWith("/v1/models") ? { models: [] } : FACES));
  const lens = new Trying();
  lens.seconds = 0.5;
  const router = new Router(lens, remote(), { policy: "fastest" });
  assert.equal(told(await router.faces(PHOTO)), "1 server");
  lens.seconds = 0;
  stubbed(() => new Promise(() => undefined));
  assert.equal(
    told(await new Router(lens, remote(), { policy: "fastest" }).faces(PHOTO)),
    "0 device",
  );
});

test("a list of models has an age", async () => {
  stubbed(() => said({ models: CASES["models"] }));
  const clock = new HeldClock();
  const models = await remote({ clock }).models();
  clock.time += 7;
  assert.ok("age" in models && models.age === 7 && models.models.length === 2);
});

test("a policy that does not exist is told", async () => {
  const wrong = "best" as Policy;
  assert.throws(() => new Router(new Trying(), null, { policy: wrong }), UnknownName);
  await assert.rejects(new Router(new Trying()).faces(PHOTO, { policy: wrong }), UnknownName);
  for (const policy of POLICIES) {
    const outcome = await new Router(new Trying(), null, { policy }).depth(PHOTO);
    assert.ok(outcome.kind === "unavailable" && outcome.code === "not-offered");
  }
});

test("where no model is named the usual one answers", async () => {
  const of = (id: string, defaultOf: readonly string[], state: string) => ({
    ...{ id, tasks: ["depth"], default_of: defaultOf, state },
    ...{ where: "server", variant: "v", sha256: "" },
  });
  const models = [of("b", [], "idle"), of("a", ["depth"], "weights-missing")];
  stubbed(() => said({ models }));
  const known = await remote().models();
  assert.ok(!("kind" in known));
  assert.equal(known.refusal("depth")?.code, "weights-missing");
  assert.equal(known.refusal("depth", "a")?.code, "weights-missing");
  assert.equal(known.refusal("depth", "b"), null);
});

test("an analysis is told of before the answer has ended", async () => {
  const line = (kind: string, data: unknown) =>
    new TextEncoder().encode(`event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
  const ran = { model: "m", variant: "", sha256: "", device: "cpu", ms: {}, stored: false };
  const result = { labels: [{ label: "cat", score: 0.5 }] };
  let end = () => undefined as void;
  stubbed(() => {
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        const image = { size: [PHOTO.width, PHOTO.height] };
        stream.enqueue(line("image", { image, analyses: ["classify"] }));
        stream.enqueue(line("result", { name: "classify", ...ran, result }));
        end = () => {
          stream.enqueue(line("done", { ms: { total: 3 } }));
          stream.close();
        };
      },
    });
    return new Response(body);
  });
  const told: string[] = [];
  const said = await remote().analyze(PHOTO, ["classify"], {
    heard: (name, { values, ms }) => {
      told.push(`${name}: ${values.classify?.labels[0].label}, ${Object.keys(ms).length}`);
      end();
    },
  });
  assert.deepEqual(told, ["classify: cat, 0"]);
  assert.equal(said.kind === "analysed" && said.ms["total"], 3);
});

test("of a refusal nothing is told", async () => {
  const problem = { code: "unknown-name", detail: "there is no such analysis" };
  const asked = stubbed(() => said(problem, 422));
  const heard = () => assert.fail("there is nothing to tell");
  const answer = await remote().analyze(PHOTO, ["x", "y"], { keep: false, heard });
  assert.equal(answer.kind === "unavailable" && answer.code, "unknown-name");
  const [{ url }] = asked;
  assert.match(url, /\/v1\/analyze\?analyses=x%2Cy&keep=false&masks=rle$/);
});

test("words need the backgrounds of a library, and nothing is asked before", async () => {
  stubbed(() => assert.fail("something was sent"));
  const words = { behind: "words", words: "sunset" } as const;
  await assert.rejects(remote().background(PHOTO, words), PocketLensError);
});

test("a router composes what either side saw", async () => {
  stubbed(() => assert.fail("something was sent"));
  const colour = { behind: "colour", colour: "#102030" } as const;
  const router = new Router(new Seeing(), remote(), { policy: "device-only" });
  const outcome = await router.background(PHOTO, colour);
  assert.ok(outcome.kind === "ok");
  assert.deepEqual([...outcome.value.data.slice(0, 4)], [16, 32, 48, 255]);
  assert.equal(outcome.provenance.where, "device");
  const broken = new Seeing();
  broken.broken = true;
  const none = await new Router(broken).background(PHOTO, colour);
  assert.equal(none.kind, "unavailable");
});

/** A lens that sees nobody. */
class Seeing extends Trying {
  override async predict(model: string, photo: Uint8Array | Pixels): Promise<Prediction> {
    const { width, height } = PHOTO;
    const value = { width, height, probability: new Float32Array(width * height) };
    return { ...(await super.predict(model, photo)), value };
  }
}
