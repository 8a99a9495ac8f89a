/**
 * Copies of boards that this browser keeps for work without a network: their names, and forgetting them at sign-out.
 * No dependency, so that every page can load it.
 */

export const COPY_PREFIX = "etabli-board:";

/** Removes every board copy from this browser. Resolves when the deletions are done or refused; never rejects. */
export async function forgetLocalCopies(): Promise<void> {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(COPY_PREFIX)) localStorage.removeItem(key);
    const databases = await indexedDB.databases();
    const names = databases.map(({ name }) => name ?? "").filter((name) => name.startsWith(COPY_PREFIX));
    await Promise.all(names.map(deleteDatabase));
  } catch {
    // Storage is switched off: there is nothing to forget.
  }
}

function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}
