/** One Socket.IO connection (WebSocket only) joined to one document. Reconnecting is the session's business. */

import { io, type Socket } from "socket.io-client";
import { Intake } from "./intake";
import type { Control, Joined, JoinRefused, Link, LinkHandlers, Peer, Snapshot, Transport } from "./transport";
import { Http, LinkRefused } from "./transport";
import {
  bytesOf,
  decodePointers,
  decodeUpdates,
  encodePointer,
  encodeUpdate,
  type PointerSample,
  PROTOCOL_VERSION,
} from "./wire";

const ANSWER_MS = 10_000;
/** Acknowledgements, refusals and orders of the server. */
const BUILD_ON_UPDATES = "arx";

export class SocketTransport extends Http implements Transport {
  /** Whether presence is wanted less often. */
  isLight = (): boolean => false;
  private ahead: { ticket: Promise<string>; socket: Promise<Socket> } | null = null;
  private snapshotAhead: Promise<Snapshot> | null = null;

  constructor(
    private readonly document: number,
    csrf: string,
    private readonly path: string,
  ) {
    super(document, csrf);
  }

  /** Opens the first connection before anybody asks for one. */
  openAhead(): void {
    const ticket = super.ticket();
    this.ahead = { ticket, socket: this.connect(ticket) };
    this.ahead.socket.catch(() => null); // Told to who asks.
  }

  /** Fetches the document before anybody asks for it. */
  fetchAhead(): void {
    this.snapshotAhead = super.snapshot();
    this.snapshotAhead.catch(() => null);
  }

  override ticket(): Promise<string> {
    return this.ahead?.ticket ?? super.ticket();
  }

  override snapshot(url?: string): Promise<Snapshot> {
    const ahead = url === undefined ? this.snapshotAhead : null;
    this.snapshotAhead = null;
    return ahead ?? super.snapshot(url);
  }

  async open(ticket: Promise<string>, handlers: LinkHandlers): Promise<Link> {
    const opening = this.ahead?.socket ?? this.connect(ticket);
    this.ahead = null;
    const socket = await opening;
    if (!socket.connected) throw new Error("closed");
    return new SocketLink(socket, this.document, () => this.isLight(), handlers);
  }

  /** The socket opens while the ticket, which it shows then, is on its way. */
  private connect(ticket: Promise<string>): Promise<Socket> {
    const socket = io({
      path: this.path,
      transports: ["websocket"],
      forceNew: true,
      reconnection: false,
      timeout: ANSWER_MS,
      auth: (show) =>
        void ticket.then(
          (shown) => show({ ticket: shown, v: PROTOCOL_VERSION }),
          () => null,
        ),
    });
    return new Promise((resolve, reject) => {
      // A proxy may open the connection and let nothing through.
      const silent = setTimeout(() => {
        socket.close();
        reject(new Error("silent"));
      }, ANSWER_MS);
      // Cut before the two sides have greeted each other, as some proxies do: no other event tells.
      socket.io.engine.once("close", () => {
        clearTimeout(silent);
        if (!socket.connected) socket.close();
        reject(new Error("closed"));
      });
      socket.once("connect", () => {
        clearTimeout(silent);
        resolve(socket);
      });
      ticket.catch((error: unknown) => {
        clearTimeout(silent);
        socket.close();
        reject(error);
      });
      socket.once("connect_error", (error: Error & { data?: { code?: string } }) => {
        clearTimeout(silent);
        socket.close();
        reject(error.data?.code ? new LinkRefused(error.data.code, error.message) : error);
      });
    });
  }
}

class SocketLink implements Link {
  private readonly intake: Intake;

  constructor(
    private readonly socket: Socket,
    private readonly document: number,
    private readonly isLight: () => boolean,
    handlers: LinkHandlers,
  ) {
    this.intake = new Intake(this.reading(handlers.updates), isLight);
    socket.onAny((event: string) => BUILD_ON_UPDATES.includes(event) && this.intake.flush());
    socket.on(
      "u",
      this.reading((data: unknown) => {
        const { handle, seq, updates } = decodeUpdates(bytesOf(data));
        this.intake.add(handle, seq, updates);
      }),
    );
    socket.on(
      "p",
      this.reading((data: unknown) => {
        const { handle, pointers } = decodePointers(bytesOf(data));
        handlers.pointers(handle, pointers);
      }),
    );
    socket.on("a", (said: { h: number; n: number; seq: number }) => handlers.acknowledged(said.h, said.n, said.seq));
    socket.on("r", (said: { h: number; n: number; code: string; message: string }) =>
      handlers.refused(said.h, { n: said.n, code: said.code, message: said.message }),
    );
    socket.on("peers", (said: { h: number; joined?: Peer[]; left?: number[] }) =>
      handlers.peers(said.h, said.joined ?? [], said.left ?? []),
    );
    socket.on("sel", (said: { h: number; peer: number; ids?: string[]; editing?: string | null }) =>
      handlers.selection(said.h, said.peer, said.ids ?? [], said.editing ?? null),
    );
    socket.on("v", (said: { h: number; peer: number; at: number[] }) => handlers.viewed(said.h, said.peer, said.at));
    socket.on("c", (said: { thread: number }) => handlers.comments(said.thread));
    socket.on("x", (said: Control) => handlers.control(said));
    socket.on("f", (said: { changed: string }) => handlers.led(said.changed));
    socket.on("disconnect", () => handlers.closed());
  }

  async join(stateVector: Uint8Array | null): Promise<Joined | JoinRefused> {
    const answer = (await this.socket
      .timeout(ANSWER_MS)
      .emitWithAck("join", { doc: this.document, sv: stateVector, light: this.isLight() })) as Joined | JoinRefused;
    if (!answer.ok) return answer;
    return {
      ...answer,
      sv: bytesOf(answer.sv),
      missing: answer.missing ? bytesOf(answer.missing) : null,
      snapshot: answer.snapshot ?? null,
    };
  }

  leave(handle: number): void {
    this.socket.emit("leave", { handle });
  }

  sendUpdate(handle: number, n: number, update: Uint8Array): void {
    this.socket.emit("u", encodeUpdate(handle, n, update));
  }

  sendPointer(handle: number, sample: PointerSample): void {
    this.socket.volatile.emit("p", encodePointer(handle, sample));
  }

  tell(event: string, handle: number, fields: object): void {
    this.socket.emit(event, { h: handle, ...fields });
  }

  close(): void {
    this.intake.drop();
    this.socket.off();
    this.socket.close();
  }

  /** Bytes that cannot be read mean that the two sides disagree: start again with a new connection. */
  private reading<A extends unknown[]>(read: (...data: A) => void): (...data: A) => void {
    return (...data) => {
      try {
        read(...data);
      } catch {
        this.socket.disconnect();
      }
    };
  }
}
