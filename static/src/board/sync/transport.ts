/**
 * What the sync session needs from the network, as interfaces and HTTP calls. The socket itself is in `socket-link`;
 * tests give the session a transport of their own.
 */

import type { PointerSample } from "./wire";
import { bytesOf, decodeSync, encodeSync } from "./wire";

export interface Me {
  peer: number;
  key: string;
  name: string;
  colour: string;
}

export interface Joined {
  ok: true;
  handle: number;
  epoch: number;
  seq: number;
  role: string;
  can: string[];
  frozen: boolean;
  me: Me;
  sv: Uint8Array;
  missing: Uint8Array | null;
  snapshot: string | null;
}

export interface JoinRefused {
  ok: false;
  code: string;
  message: string;
}

export interface Peer {
  peer: number;
  key: string;
  name: string;
  role: string;
  colour: string;
}

export interface Control {
  kind: string;
  code?: string;
  doc?: number;
  can?: string[];
  message: string;
}

export interface Refusal {
  n: number;
  code: string;
  message: string;
}

/** What arrives on an open socket, per joined handle. */
export interface LinkHandlers {
  updates(handle: number, seqs: readonly number[], updates: readonly Uint8Array[]): void;
  acknowledged(handle: number, n: number, seq: number): void;
  refused(handle: number, refusal: Refusal): void;
  peers(handle: number, joined: Peer[], left: number[]): void;
  pointers(handle: number, pointers: (PointerSample & { peer: number })[]): void;
  selection(handle: number, peer: number, ids: string[], editing: string | null): void;
  /** What the one followed sees: left, top, width, height. */
  viewed(handle: number, peer: number, at: number[]): void;
  /** A thread of comments changed. */
  comments(thread: number): void;
  control(control: Control): void;
  /** A round or a vote of the board changed: what the reader may know of it is to be asked anew. */
  led(what: string): void;
  /** The connection is gone; nothing arrives after. */
  closed(): void;
}

export interface Link {
  /** `stateVector` null: the whole document. */
  join(stateVector: Uint8Array | null): Promise<Joined | JoinRefused>;
  leave(handle: number): void;
  sendUpdate(handle: number, n: number, update: Uint8Array): void;
  sendPointer(handle: number, sample: PointerSample): void;
  /** An event of presence, and its fields beside the handle. */
  tell(event: string, handle: number, fields: object): void;
  close(): void;
}

export interface Transport {
  /** Raises HttpError when the server answers no, TypeError when the network does not answer. */
  ticket(): Promise<string>;
  /** Raises LinkRefused when the server answers no, another error when there is no ticket or no socket. */
  open(ticket: Promise<string>, handlers: LinkHandlers): Promise<Link>;
  snapshot(url?: string): Promise<Snapshot>;
  /** `epoch`: the one of the document at hand, null when it is not known. */
  sync(stateVector: Uint8Array, update: Uint8Array, epoch: number | null): Promise<Synced>;
}

/** A whole document; `epoch` is null when the server did not say it. */
export interface Snapshot {
  epoch: number | null;
  update: Uint8Array;
}

export interface Synced {
  seq: number;
  missing: Uint8Array;
  can: string[];
  frozen: boolean;
}

export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  /** Whether the same request may succeed a little later. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** The server was reached by a socket and said no. */
export class LinkRefused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 20_000;

/** The HTTP side of a transport. */
export class Http {
  constructor(
    private readonly documentId: number,
    private csrf: string,
  ) {}

  async ticket(): Promise<string> {
    const answer = await this.post("/socket-ticket", null);
    return ((await answer.json()) as { ticket: string }).ticket;
  }

  async snapshot(url = `/documents/${this.documentId}/snapshot`): Promise<Snapshot> {
    const answer = await this.request(url, {});
    // "epoch.seq"; a proxy that compresses makes it weak.
    const epoch = /^(?:W\/)?"(\d+)\./.exec(answer.headers.get("ETag") ?? "")?.[1];
    return { epoch: epoch === undefined ? null : Number(epoch), update: bytesOf(await answer.arrayBuffer()) };
  }

  async sync(stateVector: Uint8Array, update: Uint8Array, epoch: number | null): Promise<Synced> {
    const query = epoch === null ? "" : `?epoch=${epoch}`;
    const answer = await this.post(`/documents/${this.documentId}/sync${query}`, encodeSync(stateVector, update));
    const rights = (answer.headers.get("Document-Rights") ?? "").split(", ");
    return {
      ...decodeSync(bytesOf(await answer.arrayBuffer())),
      can: rights.filter((word) => word !== "frozen"),
      frozen: rights.includes("frozen"),
    };
  }

  /** A POST with the page's token; a page that outlived its token asks for another and tries once more. */
  private async post(url: string, body: Uint8Array<ArrayBuffer> | null): Promise<Response> {
    const send = (): Promise<Response> =>
      this.request(url, {
        method: "POST",
        headers: { "X-CSRFToken": this.csrf, "Content-Type": "application/octet-stream" },
        body,
      });
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof HttpError) || error.code !== "csrf") throw error;
    }
    const answer = await this.request("/form-token", {});
    this.csrf = ((await answer.json()) as { token: string }).token;
    return send();
  }

  private async request(url: string, options: RequestInit): Promise<Response> {
    const answer = await fetch(url, {
      credentials: "same-origin",
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...options,
      headers: { Accept: "application/json, application/octet-stream", ...options.headers },
    });
    if (answer.ok) return answer;
    const said = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
    throw new HttpError(answer.status, said.code ?? "", said.message ?? "");
  }
}
