/** Time and chance, in one place so that tests can hold them still. */

export interface Clock {
  /** Seconds since any moment; it never goes back. */
  now(): number;
  sleep(seconds: number): Promise<void>;
  /** Does something in so many seconds; what it gives keeps that from happening. */
  after(seconds: number, then: () => void): () => void;
  /** From 0 up to 1. */
  random(): number;
}

export const CLOCK: Clock = {
  now: () => performance.now() / 1000,
  sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds)),
  after: (seconds, then) => {
    const timer = setTimeout(then, Math.max(0, 1000 * seconds));
    return () => clearTimeout(timer);
  },
  random: Math.random,
};

/** What work gives, or `late()` where that takes longer than so many seconds; the signal then
 * tells the work to stop. */
export async function within<Value>(
  seconds: number,
  work: (signal: AbortSignal) => Promise<Value>,
  late: () => Value,
): Promise<Value> {
  const stopping = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ended = new Promise<Value>((resolve) => {
    timer = setTimeout(() => resolve(late()), Math.max(0, 1000 * seconds));
  });
  const working = work(stopping.signal);
  working.catch(() => undefined); // what comes after the end is nobody's
  try {
    return await Promise.race([working, ended]);
  } finally {
    clearTimeout(timer);
    stopping.abort();
  }
}
