/** The worker's side of `WorkerLens` (worker_lens.ts): a `Lens` that is asked by messages. */
import { Bundle, fetcher } from "./bundle.js";
import { type Store, canary } from "./canary.js";
import { Library } from "./filters/library.js";
import { Retoucher } from "./filters/retoucher.js";
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

/** Made when it is first needed; after a failure the next call may find the bundle restored. */
function kept<Made>(make: (opening: Opening) => Promise<Made>) {
  let made: Promise<Made> | null = null;
  return (opening: Opening): Promise<Made> => {
    made ??= make(opening).catch((error) => {
      made = null;
      throw error;
    });
    return made;
  };
}

const lensOf = kept(opened);
const retoucherOf = kept(async (opening) => {
  const lens = await lensOf(opening);
  return new Retoucher(lens, await Library.open(lens.bundle.fetcher));
});

async function answer({ id, opening, call }: Asked): Promise<unknown> {
  switch (call[0]) {
    case "filter":
      return (await retoucherOf(opening)).filter(call[1], call[2]);
    case "background":
      return (await retoucherOf(opening)).background(call[1], call[2]);
    case "predict": {
      const [, ...given] = call;
      const lens = await lensOf(opening);
      return lens.predict(...given, (share) => say({ id, share }));
    }
    default: {
      const [, ...given] = call;
      return (await lensOf(opening)).trace(...given);
    }
  }
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
