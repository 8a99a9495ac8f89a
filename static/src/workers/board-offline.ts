/**
 * The service worker of board pages (scope /boards/): a page that this browser keeps is shown when the network or the
 * server does not answer, so that work goes on after a reload or a closed laptop. Keeping is the page's business
 * (`board/sync/shell`); nothing else is ever answered from here but the hashed files of those pages.
 */

const PAGE = /^\/boards\/\d+$/;
/** A network that has not answered by then is as good as none, when the page is at hand. */
const PATIENCE_MS = 8_000;
const UNREACHABLE = new Set([502, 503, 504]);

interface Waiting extends Event {
  waitUntil(promise: Promise<unknown>): void;
}

interface Fetching extends Event {
  readonly request: Request;
  respondWith(answer: Promise<Response>): void;
}

interface Worker extends EventTarget {
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
}

const worker = self as unknown as Worker;

worker.addEventListener("install", () => void worker.skipWaiting());
worker.addEventListener("activate", (event) => (event as Waiting).waitUntil(worker.clients.claim()));
worker.addEventListener("fetch", (event) => {
  const fetching = event as Fetching;
  const { request } = fetching;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && PAGE.test(pathname)) fetching.respondWith(page(request));
  else if (pathname.startsWith("/assets/")) fetching.respondWith(file(request));
});

const kept = (request: Request): Promise<Response | undefined> =>
  caches.match(request.url, { ignoreSearch: true, ignoreVary: true });

/** From the network; the kept page when that fails or takes too long. */
async function page(request: Request): Promise<Response> {
  const answering = fetch(request);
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
  try {
    const answer = await Promise.race([answering, late]);
    if (answer && !UNREACHABLE.has(answer.status)) return answer;
    return (await kept(request)) ?? (await answering);
  } catch (error) {
    const found = await kept(request);
    if (found) return found;
    throw error;
  }
}

/** Files carry a hash of their content in their name: a kept one is the right one. */
const file = async (request: Request): Promise<Response> => (await kept(request)) ?? fetch(request);
