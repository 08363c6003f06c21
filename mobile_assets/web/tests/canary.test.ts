import assert from "node:assert/strict";
import { test } from "node:test";
import type { Accelerator, Backend, Session } from "../src/backend.js";
import { type Choice, type Store, canary, choose, keyOf, wrong } from "../src/canary.js";
import { BackendError } from "../src/errors.js";
import type { Probe } from "../src/golden.js";
import type { Tensors } from "../src/results.js";

const RIGHT = Float32Array.from([0.1, 0.2, 0.3, 0.4]);
const PROBE: Probe = {
  inputs: { image: { shape: [1], data: Float32Array.from([7]) } },
  expected: [
    {
      name: "scores",
      shape: [1, 4],
      stride: 2,
      numbers: Float32Array.from([0.1, 0.3]),
      maxAbs: 0.01,
      meanAbs: 0.005,
    },
  ],
};

type Fault =
  | "none"
  | "slow"
  | "zeros"
  | "NaN"
  | "first wrong"
  | "second wrong"
  | "another shape"
  | "another name"
  | "does not open"
  | "does not run"
  | "hangs at loading"
  | "hangs at the first run"
  | "hangs at the second run";

/** A backend whose accelerators have faults. */
class Faulty implements Backend {
  readonly name = "faulty";
  readonly version = "1";
  opened = 0;
  closed = 0;

  constructor(private readonly faults: Partial<Record<Accelerator, Fault>>) {}

  accelerators(): readonly Accelerator[] {
    return Object.keys(this.faults) as Accelerator[];
  }

  async open(_: Uint8Array, accelerator: Accelerator): Promise<Session> {
    const fault = this.faults[accelerator] ?? "none";
    if (fault === "does not open") throw new BackendError("no such device");
    if (fault === "hangs at loading") return forever();
    this.opened += 1;
    let runs = 0;
    return {
      run: async () => outputsWith(fault, (runs += 1)),
      close: () => {
        this.closed += 1;
      },
    };
  }
}

function forever(): Promise<never> {
  return new Promise(() => undefined);
}

async function outputsWith(fault: Fault, run: number): Promise<Tensors> {
  const nth = run === 1 ? "first" : "second";
  if (fault === `hangs at the ${nth} run`) return forever();
  if (fault === "does not run") throw new Error("device lost");
  if (fault !== "slow") await new Promise((resolve) => setTimeout(resolve, 2));
  else await new Promise((resolve) => setTimeout(resolve, 30));
  const data = RIGHT.map((value) => {
    if (fault === "zeros") return 0;
    if (fault === "NaN") return NaN;
    return fault === `${nth} wrong` ? value + 0.02 : value;
  });
  const shape = fault === "another shape" ? [4] : [1, 4];
  return { [fault === "another name" ? "points" : "scores"]: { shape, data } };
}

const FAULTS: readonly (readonly [Fault, RegExp])[] = [
  ["zeros", /^first run: scores is all zeros$/],
  ["NaN", /^first run: scores is not all numbers$/],
  ["first wrong", /^first run: scores is off by 0\.020 \(0\.01 passes\)$/],
  ["second wrong", /^second run: scores is off by 0\.020/],
  ["another shape", /scores has the shape 4$/],
  ["another name", /scores is missing$/],
  ["does not open", /^no such device$/],
  ["does not run", /^device lost$/],
  ["hangs at loading", /^loading took more than 100 ms$/],
  ["hangs at the first run", /^the first run took more than 100 ms$/],
  ["hangs at the second run", /^the second run took more than 100 ms$/],
  ["slow", /^slower than wasm \(\d+\.\d ms, wasm \d+\.\d ms\)$/],
];

for (const [fault, said] of FAULTS) {
  test(`an accelerator with the fault "${fault}" is left out, with the reason`, async () => {
    const backend = new Faulty({ wasm: "none", webgpu: fault });
    const { accelerator, verdicts } = await choose(backend, new Uint8Array(), PROBE, 100);
    assert.equal(accelerator, "wasm");
    assert.match(verdicts[1].reason, said);
    assert.equal(verdicts[0].reason, "");
    assert.equal(backend.opened, backend.closed);
  });
}

test("the faster of two that are correct", async () => {
  const backend = new Faulty({ wasm: "slow", webgpu: "none" });
  assert.equal((await choose(backend, new Uint8Array(), PROBE)).accelerator, "webgpu");
});

test("what is correct, where the CPU is not", async () => {
  const backend = new Faulty({ wasm: "zeros", webgpu: "slow" });
  assert.equal((await choose(backend, new Uint8Array(), PROBE)).accelerator, "webgpu");
});

test("where none is correct every reason is told", async () => {
  const backend = new Faulty({ wasm: "zeros", webgpu: "does not open" });
  await assert.rejects(
    choose(backend, new Uint8Array(), PROBE),
    /no accelerator runs the file correctly \(wasm: .* zeros; webgpu: no such device\)/,
  );
});

test("only every stride-th number is looked at", () => {
  const data = Float32Array.from([0.1, 9, 0.3, 9]);
  assert.equal(wrong({ scores: { shape: [1, 4], data } }, PROBE), "");
});

class Kept implements Store {
  readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }
}

/** A bundle without golden vectors. */
const BUNDLE = { fetcher: async () => null } as never;
const ENTRY = { spec: { id: "smile" } } as never;
const FILE = { sha256: "abc", size_hw: [1, 1] } as never;

test("a choice is remembered, and heard of", async () => {
  const backend = new Faulty({ wasm: "none", webgpu: "none" });
  const store = new Kept();
  const heard: Choice[] = [];
  const run = canary(BUNDLE, backend, store, (_, choice) => heard.push(choice));
  const key = keyOf(backend, FILE);
  assert.match(key, /abc.*faulty\|1$/);
  store.setItem(key, JSON.stringify({ accelerator: "webgpu", verdicts: [] }));
  assert.equal(await run(ENTRY, FILE, new Uint8Array()), "webgpu");
  assert.equal(heard.length, 1);
  assert.equal(backend.opened, 0);
});

test("what is kept is measured again where it is damaged, or of a device that is gone", async () => {
  for (const kept of ["{", '{"accelerator":"webgpu","verdicts":[]}']) {
    const backend = new Faulty({ wasm: "none" });
    const store = new Kept();
    store.setItem(keyOf(backend, FILE), kept);
    assert.equal(await canary(BUNDLE, backend, store)(ENTRY, FILE, new Uint8Array()), "wasm");
  }
});

test("the last good choice survives a later failure", async () => {
  const store = new Kept();
  const good = JSON.stringify({ accelerator: "wasm", verdicts: [] });
  const broken = new Faulty({ wasm: "none" });
  store.setItem(keyOf(broken, FILE), good);
  const failing = { fetcher: async () => Promise.reject(new Error("offline")) } as never;
  const another = { sha256: "def", size_hw: [1, 1] } as never;
  const run = canary(failing, broken, store);
  await assert.rejects(run(ENTRY, another, new Uint8Array()), /offline/);
  assert.equal(store.getItem(keyOf(broken, FILE)), good);
  assert.equal(await run(ENTRY, FILE, new Uint8Array()), "wasm");
});

test("a store that refuses does no harm", async () => {
  const refusing: Store = {
    getItem: () => {
      throw new Error("denied");
    },
    setItem: () => {
      throw new Error("full");
    },
  };
  const backend = new Faulty({ wasm: "none" });
  assert.equal(await canary(BUNDLE, backend, refusing)(ENTRY, FILE, new Uint8Array()), "wasm");
});
