/**
 * Tries again and again to be connected: ticket, socket, join, until the link is lost; then a pause that grows with failures.
 * Where sockets are blocked it lets the session keep in step over HTTP, and goes on trying to open one meanwhile.
 */

import { Backoff } from "./backoff";
import type { Clock } from "./clock";
import { HttpError, type Link, type LinkHandlers, LinkRefused, type Transport } from "./transport";

/** Answers after which trying again is useless. */
export const FINAL = new Set([
  "forbidden",
  "not_found",
  "revoked",
  "sign_in",
  "version",
  "corrupt",
  "too_many_documents",
]);

/** A socket that is not open by then may be blocked without saying so. */
const PATIENCE_MS = 4_000;
/** Between two tries of a socket while HTTP works: from the first to the longest, doubled each time. */
const SOCKET_AGAIN_MS = 5_000;
const SOCKET_AGAIN_LONGEST_MS = 60_000;

/** What the connector asks of the session. */
export interface Host {
  handlers(): LinkHandlers;
  /** Joins over a new link. Raises when another try may do. */
  join(link: Link): Promise<void>;
  /** Keeps in step over HTTP until `stopPolling`; false when HTTP fails. */
  poll(): Promise<boolean>;
  /** Resolves when nothing goes over HTTP any more. */
  stopPolling(): Promise<void>;
  /** There is no connection now. */
  away(): void;
  end(code: string, message: string): void;
}

export class Connector {
  link: Link | null = null;
  private readonly backoff: Backoff;
  private leastPause = 0;
  private stopped = false;
  /** Ends the pause between two attempts. */
  private wake: (() => void) | null = null;
  /** Ends the attempt whose link is gone. */
  private lost: (() => void) | null = null;

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    private readonly random: () => number,
    private readonly host: Host,
  ) {
    this.backoff = new Backoff(random);
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      await this.attempt();
      if (this.stopped) return;
      await this.pause(Math.max(this.backoff.next(), this.leastPause));
      this.leastPause = 0;
    }
  }

  stop(): void {
    this.stopped = true;
    this.drop();
    this.wakeUp();
    void this.host.stopPolling();
  }

  /** Closes the link, if there is one; the next attempt follows. */
  drop(): void {
    this.link?.close();
    this.link = null;
    this.lost?.();
  }

  /** Ends the pause that is going on. */
  wakeUp(): void {
    this.wake?.();
  }

  /** The network is said to be back: try now. */
  retryNow(): void {
    if (this.leastPause > 0) return; // A restarting server is not to be met by everybody at once.
    this.backoff.reset();
    this.wakeUp();
  }

  /** The connection works. */
  succeeded(): void {
    this.backoff.reset();
  }

  /** The next attempt waits at least this long. */
  notBefore(ms: number): void {
    this.leastPause = ms;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, () => this.wake?.());
      this.wake = () => {
        cancel();
        this.wake = null;
        resolve();
      };
    });
  }

  /** One connection, from the ticket to its loss. */
  private async attempt(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.lost = resolve;
    });
    try {
      const ticket = this.transport.ticket();
      const opening = this.transport.open(ticket, this.host.handlers());
      opening.catch(() => null); // Looked at below.
      await ticket;
      const link = (await this.openSoon(opening)) ?? (await this.overHttp(opening));
      if (!link) {
        this.host.away();
        return;
      }
      this.link = link;
    } catch (error) {
      if (error instanceof LinkRefused && FINAL.has(error.code)) this.host.end(error.code, error.message);
      else if (error instanceof HttpError && !error.isPassing) this.host.end("sign_in", error.message);
      else this.host.away();
      return;
    }
    if (this.stopped) {
      this.drop();
      return;
    }
    try {
      await this.host.join(this.link);
    } catch {
      this.drop();
      this.host.away();
      return;
    }
    await closed;
  }

  /** The link, or null when there is none for now. Raises LinkRefused. */
  private async openSoon(opening: Promise<Link>): Promise<Link | null> {
    let cancel = (): void => undefined;
    const late = new Promise<null>((resolve) => {
      cancel = this.clock.after(PATIENCE_MS, () => resolve(null));
    });
    const opened = opening.catch((error: unknown) => {
      if (error instanceof LinkRefused) throw error;
      return null;
    });
    return Promise.race([opened, late]).finally(() => cancel());
  }

  /** In step over HTTP until a socket opens: gives it; null when HTTP fails too. Raises LinkRefused. */
  private async overHttp(opening: Promise<Link>): Promise<Link | null> {
    let isOver = false;
    const over = this.host.poll().then(() => {
      isOver = true;
      this.wakeUp();
      return null;
    });
    const none = (): null => null;
    let trying: Promise<Link | null> = opening.catch(none);
    for (let wait = SOCKET_AGAIN_MS; ; wait = Math.min(SOCKET_AGAIN_LONGEST_MS, wait * 2)) {
      const link = await Promise.race([trying, over]);
      if (link) {
        await this.host.stopPolling();
        return link;
      }
      if (!isOver) await this.pause(wait * (0.7 + 0.6 * this.random()));
      if (isOver || this.stopped) {
        void trying.then((late) => late?.close());
        return null;
      }
      trying = this.transport.open(this.transport.ticket(), this.host.handlers()).catch(none);
    }
  }
}
