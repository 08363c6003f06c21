/** The service worker: the page without a network. Files whose address has a hash are kept as
 * they are; of the others the newest that was seen. What the API answers is never kept. */

/** The parts of a service worker's scope that are used. */
interface Scope {
  addEventListener(kind: "install" | "activate", act: (event: Lasting) => void): void;
  addEventListener(kind: "fetch", act: (event: Fetching) => void): void;
  skipWaiting(): Promise<void>;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
}
interface Lasting {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetching {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;
const [PAGE, FILES] = ["pocketlens-page", "pocketlens-files"];
const SHELL = [
  ...["/", "page.js", "shared.js", "page.css", "people.js", "people.css"],
  ...["icon.svg", "styles.webp", "config.json"],
].map((name) => (name === "/" ? name : `/page/${name}`));
/** What is asked for first, of a bundle and of a runtime. */
const FIRST = /\/(manifest\.json|worker\.js)$/;
const HASHED = /^\/(bundle|runtime)\/([0-9a-f]+)\//;

scope.addEventListener("install", (event) => event.waitUntil(installed()));
scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== scope.location.origin) return;
  if (HASHED.test(pathname)) event.respondWith(kept(request));
  else if (pathname === "/" || pathname.startsWith("/page/")) event.respondWith(fresh(request));
});

async function installed(): Promise<void> {
  await (await caches.open(PAGE)).addAll(SHELL);
  await scope.skipWaiting();
}

/** From the cache, else from the network and into the cache; of other hashes nothing stays. */
async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(FILES);
  const known = await cache.match(request.url);
  if (known !== undefined) return known;
  const response = await fetch(request);
  if (response.status === 200) {
    await cache.put(request.url, response.clone());
    if (FIRST.test(request.url)) await forgetOthers(cache, new URL(request.url).pathname);
  }
  return response;
}

async function forgetOthers(cache: Cache, path: string): Promise<void> {
  const [, kind, hash] = HASHED.exec(path) ?? [];
  for (const { url } of await cache.keys()) {
    const [, other, old] = HASHED.exec(new URL(url).pathname) ?? [];
    if (other === kind && old !== hash) await cache.delete(url);
  }
}

/** From the network, else as it was last seen. */
async function fresh(request: Request): Promise<Response> {
  const cache = await caches.open(PAGE);
  try {
    const response = await fetch(request);
    if (response.status === 200) await cache.put(request.url, response.clone());
    return response;
  } catch (error) {
    const known = await cache.match(request.url);
    if (known === undefined) throw error;
    return known;
  }
}

export {};
