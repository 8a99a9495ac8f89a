/**
 * This browser's copy of one board for one person: the document in IndexedDB, and beside it which objects have changes
 * that the server has not committed, and what it refused. Reading offline and closing the browser lose nothing.
 */

import { IndexeddbPersistence } from "y-indexeddb";
import type { Doc } from "yjs";
import { COPY_PREFIX, forgetShell } from "./forget";

export interface LocalCopy {
  /** Loads the copy into `doc` and keeps it up to date from then on. Resolves to the epoch it belongs to, null for none. */
  open(doc: Doc): Promise<number | null>;
  setEpoch(epoch: number): void;
  /** Goes on with another document; what was kept of the former one is dropped. */
  replace(doc: Doc): void;
  readUnsaved(): string[];
  writeUnsaved(ids: ReadonlySet<string>): void;
  readNote(name: string): string | null;
  writeNote(name: string, value: string | null): void;
  /** Resolves once all changes made so far are written: a page closed then loses none of them. */
  settled(): Promise<void>;
  /** Whether changes outlive the page. */
  readonly isDurable: boolean;
}

/** How long to wait for the copy: longer when it holds changes that the server does not have. */
const OPEN_MS = 3_000;
const OPEN_UNSAVED_MS = 15_000;

export class BrowserCopy implements LocalCopy {
  private persistence: IndexeddbPersistence | null = null;
  private readonly tab = Math.random().toString(36).slice(2, 10);
  private readonly base: string;
  isDurable = false;

  constructor(
    private readonly person: string,
    documentId: number,
  ) {
    this.base = `${COPY_PREFIX}${person}:${documentId}`;
  }

  async open(doc: Doc): Promise<number | null> {
    if (!(await canStore())) return null;
    const persistence = new IndexeddbPersistence(this.databaseName(), doc);
    this.persistence = persistence;
    const opened = persistence.whenSynced.then(() => true);
    const patience = this.readUnsaved().length > 0 ? OPEN_UNSAVED_MS : OPEN_MS;
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), patience));
    this.isDurable = await Promise.race([opened, late]);
    if (this.isDurable) this.watch(persistence);
    if (!this.isDurable) {
      // Arriving later, it would show changes that nobody sends. It stays for the next time.
      this.persistence = null;
      void persistence.destroy();
      return null;
    }
    const epoch: unknown = await persistence.get("epoch");
    return typeof epoch === "number" ? epoch : null;
  }

  /** Signed out in another tab, the copy is deleted under this one: nothing more is written to it. */
  private watch(persistence: IndexeddbPersistence): void {
    const lost = (): void => {
      if (this.persistence !== persistence) return;
      this.persistence = null;
      this.isDurable = false;
      void persistence.destroy();
    };
    for (const name of ["versionchange", "close"]) persistence.db?.addEventListener(name, lost);
  }

  settled(): Promise<void> {
    const database = this.persistence?.db;
    if (!database) return Promise.resolve();
    // Writing transactions on one store end in the order in which they began: this one after all before it.
    return new Promise((resolve) => {
      const transaction = database.transaction(["updates"], "readwrite");
      transaction.addEventListener("complete", () => resolve());
      transaction.addEventListener("abort", () => resolve());
    });
  }

  setEpoch(epoch: number): void {
    void this.persistence?.set("epoch", epoch);
  }

  replace(doc: Doc): void {
    if (!this.persistence) return;
    const former = this.persistence;
    const generation = Number(this.readNote("generation") ?? "0");
    this.writeNote("generation", String(generation + 1));
    const next = new IndexeddbPersistence(this.databaseName(), doc);
    this.persistence = next;
    void next.whenSynced.then(() => this.watch(next));
    void former.destroy().then(() => indexedDB.deleteDatabase(former.name));
  }

  readUnsaved(): string[] {
    const ids = new Set<string>();
    for (const name of this.unsavedKeys()) {
      const listed = parse(read(name));
      if (Array.isArray(listed)) for (const id of listed) if (typeof id === "string") ids.add(id);
    }
    return [...ids];
  }

  writeUnsaved(ids: ReadonlySet<string>): void {
    if (ids.size > 0) write(this.unsavedKey(), JSON.stringify([...ids]));
    else for (const name of this.unsavedKeys()) write(name, null);
  }

  readNote(name: string): string | null {
    return read(`${this.base}:${name}`);
  }

  writeNote(name: string, value: string | null): void {
    write(`${this.base}:${name}`, value);
  }

  /** Removes this board from the browser: the person has lost access to it. */
  forget(): void {
    const { persistence } = this;
    this.persistence = null;
    this.isDurable = false;
    if (persistence) void persistence.destroy().then(() => indexedDB.deleteDatabase(persistence.name));
    void forgetShell(this.person);
    try {
      for (const name of Object.keys(localStorage)) if (name.startsWith(`${this.base}:`)) localStorage.removeItem(name);
    } catch {
      // Storage is switched off: nothing was kept.
    }
  }

  private unsavedKey(): string {
    return `${this.base}:unsaved:${this.tab}`;
  }

  /** Of this tab and of tabs that were closed: their changes are in the same copy. */
  private unsavedKeys(): string[] {
    try {
      return Object.keys(localStorage).filter((name) => name.startsWith(`${this.base}:unsaved:`));
    } catch {
      return [];
    }
  }

  private databaseName(): string {
    return `${this.base}:${this.readNote("generation") ?? "0"}`;
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function write(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is full or switched off; the document itself is still sent.
  }
}

function parse(json: string | null): unknown {
  try {
    return json === null ? null : JSON.parse(json);
  } catch {
    return null;
  }
}

function canStore(): Promise<boolean> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(`${COPY_PREFIX}probe`);
      request.onsuccess = () => {
        request.result.close();
        resolve(true);
      };
      request.onerror = request.onblocked = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}
