/**
 * What this browser keeps of boards for work without a network: its name, and forgetting it at sign-out.
 * No dependency, so that every page can load it.
 */

export const COPY_PREFIX = "etabli-board:";
/** Set while something may remain to be forgotten: a page that goes away may not finish. */
const UNFINISHED = "etabli-forget";

/** How many boards hold changes of this person that the server does not have. */
export function unsavedBoards(person: string): number {
  const boards = names().map((name) => new RegExp(`^${COPY_PREFIX}${person}:(\\d+):unsaved:`).exec(name)?.[1]);
  return new Set(boards.filter(Boolean)).size;
}

/**
 * Removes every board from this browser, those of `except` (a person's key) left aside.
 * Resolves when it is done or refused; never rejects.
 */
export async function forgetBoards(except?: string): Promise<void> {
  const goes = (name: string): boolean =>
    name.startsWith(COPY_PREFIX) && (except === undefined || !name.startsWith(`${COPY_PREFIX}${except}:`));
  try {
    if (except === undefined) localStorage.setItem(UNFINISHED, "1");
    for (const name of names()) if (goes(name)) localStorage.removeItem(name);
    const databases = (await indexedDB.databases()).map(({ name }) => name ?? "");
    const pages = "caches" in globalThis ? await caches.keys() : [];
    await Promise.all([
      ...databases.filter(goes).map(deleteDatabase),
      ...pages.filter(goes).map((name) => caches.delete(name)),
    ]);
    localStorage.removeItem(UNFINISHED);
  } catch {
    // Storage is switched off: there is nothing to forget.
  }
}

/** What every page does when it opens: the boards of other people are not for this one, who may be nobody. */
export function forgetOthers(person: string | undefined): void {
  try {
    if (localStorage.getItem(UNFINISHED) !== null) void forgetBoards();
    else if (person) void forgetBoards(person);
  } catch {
    // Storage is switched off.
  }
}

function names(): string[] {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(COPY_PREFIX));
  } catch {
    return [];
  }
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

/** Removes the kept page of this board. */
export async function forgetShell(person: string): Promise<void> {
  try {
    await caches.delete(`${COPY_PREFIX}${person}:page:${location.pathname}`);
  } catch {
    // Nothing was kept.
  }
}
