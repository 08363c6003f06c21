/**
 * Which accelerator runs a file: the fastest that is correct, here and now.
 *
 * On each that is offered the golden input runs twice; it is left out, with the reason, where
 * it gives zeros, no numbers or wrong ones (the first or the second time), raises, does not
 * answer in time, or is slower than the first, which is the CPU. The choice is kept by file,
 * browser and backend; it is not lost where a later one fails. A deadline ends waiting, not a
 * loop inside WebAssembly.
 */
import type { Accelerator, Backend, Session } from "./backend.js";
import type { Bundle } from "./bundle.js";
import { BackendError } from "./errors.js";
import { type Expected, type Probe, probeOf } from "./golden.js";
import type { Choose } from "./lens.js";
import type { ModelEntry, ModelFile } from "./manifest_types.js";
import type { Tensors } from "./results.js";

/** What was seen of an accelerator: the time of its second run, if it came so far, or why it
 * is left out. */
export interface Verdict {
  readonly accelerator: Accelerator;
  readonly ms: number | null;
  /** Empty where it is correct. */
  readonly reason: string;
}

/** The accelerator that runs a file, and what was seen of each. */
export interface Choice {
  readonly accelerator: Accelerator;
  readonly verdicts: readonly Verdict[];
}

/** Where choices are kept: `localStorage`, or a `Map` in tests. */
export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** How long an accelerator may take for loading and for each run. */
export const DEADLINE_MS = 20_000;

/** A `Choose` for `Lens` that measures once and remembers; `onChoice` hears of each. */
export function canary(
  bundle: Bundle,
  backend: Backend,
  store: Store | null = browserStore(),
  onChoice: (model: string, choice: Choice) => void = () => undefined,
): Choose {
  return async (entry, file, bytes) => {
    const key = keyOf(backend, file);
    const choice =
      remembered(store, key, backend) ?? (await measured(bundle, backend, entry, file, bytes));
    if (choice.verdicts.some(({ reason }) => reason === "")) remember(store, key, choice);
    onChoice(entry.spec.id, choice);
    return choice.accelerator;
  };
}

/** The browser's own store; null where a page may not keep anything. */
export function browserStore(): Store | null {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}

/** What a choice holds for: this file, in this browser, with this backend. */
export function keyOf(backend: Backend, file: ModelFile): string {
  const device = globalThis.navigator?.userAgent ?? "";
  return ["pocketlens", file.sha256, device, backend.name, backend.version].join("|");
}

function remembered(store: Store | null, key: string, backend: Backend): Choice | null {
  try {
    const kept = JSON.parse(store?.getItem(key) ?? "null") as Choice | null;
    return kept && backend.accelerators().includes(kept.accelerator) ? kept : null;
  } catch {
    return null;
  }
}

function remember(store: Store | null, key: string, choice: Choice): void {
  try {
    store?.setItem(key, JSON.stringify(choice));
  } catch {
    // a full or forbidden store: it is measured again next time
  }
}

async function measured(
  bundle: Bundle,
  backend: Backend,
  entry: ModelEntry,
  file: ModelFile,
  bytes: Uint8Array,
): Promise<Choice> {
  const [first] = backend.accelerators();
  const probe = await probeOf(bundle, entry, file);
  if (probe === null) {
    const reason = "no golden vectors for this file: nothing was measured";
    return { accelerator: first, verdicts: [{ accelerator: first, ms: null, reason }] };
  }
  return choose(backend, bytes, probe);
}

/** The fastest correct accelerator; `BackendError`, with every reason, where none is. */
export async function choose(
  backend: Backend,
  model: Uint8Array,
  probe: Probe,
  deadline = DEADLINE_MS,
): Promise<Choice> {
  const verdicts: Verdict[] = [];
  for (const accelerator of backend.accelerators()) {
    const seen = await verdictOn(backend, model, probe, accelerator, deadline);
    verdicts.push(slower(seen, verdicts[0]));
  }
  const correct = verdicts.filter(({ reason }) => reason === "");
  const [best] = correct.sort((one, other) => time(one) - time(other));
  if (best !== undefined) return { accelerator: best.accelerator, verdicts };
  const reasons = verdicts.map(({ accelerator, reason }) => `${accelerator}: ${reason}`);
  throw new BackendError(`no accelerator runs the file correctly (${reasons.join("; ")})`);
}

function time({ ms }: Verdict): number {
  return ms ?? Infinity;
}

function slower(seen: Verdict, cpu: Verdict | undefined): Verdict {
  if (seen.reason !== "" || cpu === undefined || cpu.reason !== "") return seen;
  if (time(seen) < time(cpu)) return seen;
  const [its, other] = [time(seen).toFixed(1), time(cpu).toFixed(1)];
  const times = `${its} ms, ${cpu.accelerator} ${other} ms`;
  return { ...seen, reason: `slower than ${cpu.accelerator} (${times})` };
}

async function verdictOn(
  backend: Backend,
  model: Uint8Array,
  probe: Probe,
  accelerator: Accelerator,
  deadline: number,
): Promise<Verdict> {
  let session: Session | null = null;
  let ms: number | null = null;
  let reason: string;
  try {
    session = await within(deadline, "loading", backend.open(model, accelerator));
    reason = wrong(await within(deadline, "the first run", session.run(probe.inputs)), probe);
    const start = performance.now();
    const second = await within(deadline, "the second run", session.run(probe.inputs));
    ms = performance.now() - start;
    reason = reason && `first run: ${reason}`;
    if (reason === "") reason = wrong(second, probe) && `second run: ${wrong(second, probe)}`;
  } catch (error) {
    reason = String((error as Error)?.message ?? error);
  }
  session?.close();
  return { accelerator, ms, reason };
}

async function within<Value>(
  deadline: number,
  what: string,
  work: Promise<Value>,
): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new BackendError(`${what} took more than ${deadline} ms`);
    timer = setTimeout(() => reject(error), deadline);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Why outputs are not the expected ones; empty where they are. */
export function wrong(outputs: Tensors, probe: Probe): string {
  for (const expected of probe.expected) {
    const reason = wrongOutput(outputs, expected);
    if (reason !== "") return `${expected.name} ${reason}`;
  }
  return "";
}

function wrongOutput(outputs: Tensors, expected: Expected): string {
  const { name, shape, stride, numbers, maxAbs, meanAbs } = expected;
  const made = outputs[name];
  if (made === undefined) return "is missing";
  if (made.shape.join() !== shape.join()) return `has the shape ${made.shape.join("x")}`;
  if (!made.data.every(Number.isFinite)) return "is not all numbers";
  if (made.data.every((value) => value === 0) && numbers.some((value) => value !== 0)) {
    return "is all zeros";
  }
  let [largest, sum] = [0, 0];
  numbers.forEach((wanted, i) => {
    const off = Math.abs(made.data[i * stride] - wanted);
    largest = Math.max(largest, off);
    sum += off;
  });
  if (largest <= maxAbs && sum / numbers.length <= meanAbs) return "";
  return `is off by ${largest.toPrecision(2)} (${maxAbs} passes)`;
}
