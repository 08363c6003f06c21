/** The worker's side of `WorkerLens` (worker_lens.ts): a `Lens` that is asked by messages. */
import { Bundle, fetcher } from "./bundle.js";
import { type Store, canary } from "./canary.js";
import { Lens } from "./lens.js";
import { LiteRt } from "./litert.js";
import type { Answer, Asked, Opening } from "./worker_lens.js";

function say(answer: Answer): void {
  globalThis.postMessage(answer);
}

/** What the page remembers of choices; a worker has no store of its own. */
function storeOf(kept: Opening["kept"]): Store {
  const items = new Map(Object.entries(kept));
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => {
      items.set(key, value);
      say({ kept: [key, value] });
    },
  };
}

async function opened({ bundle: folder, wasm, threads, kept }: Opening): Promise<Lens> {
  const bundle = await Bundle.open(fetcher(folder));
  const backend = await LiteRt.load({ wasm, threads });
  const choose = canary(bundle, backend, storeOf(kept), (model, choice) => {
    say({ chosen: [model, choice] });
  });
  return new Lens(bundle, backend, choose);
}

let lens: Promise<Lens> | null = null;

async function answer({ opening, call }: Asked): Promise<unknown> {
  lens ??= opened(opening).catch((error) => {
    lens = null; // the next call may find the bundle restored
    throw error;
  });
  const [method, ...given] = call;
  return (await lens)[method](...given);
}

globalThis.onmessage = async ({ data }: MessageEvent<Asked>) => {
  const { id } = data;
  try {
    say({ id, value: await answer(data) });
  } catch (error) {
    const { name, message } = error as Error;
    say({ id, error: { name, message } });
  }
};
