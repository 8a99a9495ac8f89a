/**
 * Tries again and again to be connected: ticket, socket, join, until the link is lost; then a pause that grows with failures.
 * Where sockets are blocked it lets the session poll instead, and tries a socket again from time to time.
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

const SOCKET_TRIES = 2;

/** What the connector asks of the session. */
export interface Host {
  handlers(): LinkHandlers;
  /** Joins over a new link. Raises when another try may do. */
  join(link: Link): Promise<void>;
  /** Keeps in step over HTTP for a while; true when it worked. */
  poll(): Promise<boolean>;
  /** There is no connection now. */
  away(): void;
  end(code: string, message: string): void;
}

export class Connector {
  link: Link | null = null;
  private readonly backoff: Backoff;
  private socketFailures = 0;
  private leastPause = 0;
  private stopped = false;
  /** Ends the pause between two attempts or two polls. */
  private wake: (() => void) | null = null;
  /** Ends the attempt whose link is gone. */
  private lost: (() => void) | null = null;

  constructor(
    private readonly transport: Transport,
    private readonly clock: Clock,
    random: () => number,
    private readonly host: Host,
  ) {
    this.backoff = new Backoff(random);
  }

  async run(): Promise<void> {
    while (!this.stopped) {
      const polled = await this.attempt();
      if (this.stopped) return;
      if (polled) continue;
      await this.pause(Math.max(this.backoff.next(), this.leastPause));
      this.leastPause = 0;
    }
  }

  stop(): void {
    this.stopped = true;
    this.drop();
    this.wakeUp();
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

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, () => this.wake?.());
      this.wake = () => {
        cancel();
        this.wake = null;
        resolve();
      };
    });
  }

  /** One connection, from the ticket to its loss; true when polling took its place. */
  private async attempt(): Promise<boolean> {
    const closed = new Promise<void>((resolve) => {
      this.lost = resolve;
    });
    let ticket: string;
    try {
      ticket = await this.transport.ticket();
    } catch (error) {
      if (error instanceof HttpError && !error.isPassing) this.host.end("sign_in", error.message);
      else this.host.away();
      return false;
    }
    try {
      this.link = await this.transport.open(ticket, this.host.handlers());
      this.socketFailures = 0;
    } catch (error) {
      return this.withoutSocket(error);
    }
    try {
      await this.host.join(this.link);
    } catch {
      this.drop();
      this.host.away();
      return false;
    }
    await closed;
    return false;
  }

  private async withoutSocket(error: unknown): Promise<boolean> {
    if (error instanceof LinkRefused) {
      if (FINAL.has(error.code)) this.host.end(error.code, error.message);
      else this.host.away();
      return false;
    }
    this.socketFailures += 1;
    return this.socketFailures >= SOCKET_TRIES && this.host.poll();
  }
}
