/**
 * Keeps this board's page in the browser, with the files it is made of, for the service worker to show without a network.
 * One cache per person and board, written anew at each visit; the boards visited last are kept.
 */

import { COPY_PREFIX } from "./forget";

const WORKER = "/boards/offline.js";
const MOST_BOARDS = 12;
const HTML = { headers: { Accept: "text/html" } };

/**
 * `register` starts a service worker: the page's own script has the one policy that may. Resolves when the page is kept, or
 * cannot be: browsers keep pages of secure addresses only. Never rejects.
 */
export async function keepShell(person: string, register: (worker: string) => Promise<unknown>): Promise<void> {
  if (!("serviceWorker" in navigator) || !("caches" in globalThis)) return;
  try {
    await register(WORKER);
    const page = location.pathname;
    const shell = await fetchWhole(page);
    const html = await shell.clone().text();
    if (!html.includes(`data-actor="${person}"`)) return; // Somebody else has signed in meanwhile.
    const files = await Promise.all([...filesOf(html)].map(fetchWhole));
    const name = `${COPY_PREFIX}${person}:page:${page}`;
    await caches.delete(name); // Made anew, it becomes the newest.
    const cache = await caches.open(name);
    await Promise.all(files.map((file) => cache.put(new URL(file.url).pathname, file)));
    await cache.put(page, shell); // Last: a page is only there with all its files.
    const pages = (await caches.keys()).filter((other) => other.startsWith(`${COPY_PREFIX}${person}:page:`));
    await Promise.all(pages.slice(0, -MOST_BOARDS).map((old) => caches.delete(old)));
  } catch {
    // No room, or the network has just gone: the former page stays.
  }
}

/** What the page names, fonts among it that may still be on their way, and what was loaded into this one. */
function filesOf(html: string): Set<string> {
  const named = [...html.matchAll(/href="(\/assets\/[^"]+)"/g)].map(([, path]) => path as string);
  const loaded = performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
  return new Set([...named, ...loaded.filter((path) => path.startsWith("/assets/"))]);
}

async function fetchWhole(path: string): Promise<Response> {
  const answer = await fetch(path, path.startsWith("/assets/") ? {} : HTML);
  if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
  return answer;
}
