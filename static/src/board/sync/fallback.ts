/**
 * In step over HTTP, where no socket can be had: own changes at once, those of others every few seconds.
 * Runs beside the attempts to open a socket, until one is open or HTTP fails too.
 */

import * as Y from "yjs";
import type { Clock } from "./clock";
import type { HttpExchange } from "./http-exchange";
import type { Transport } from "./transport";
import type { Uplink } from "./uplink";

const POLL_MS = 3_000;
/** Between two exchanges: while one types, changes gather, well below what the server allows a person in a minute. */
const LEAST_MS = 500;

export interface FallbackHost {
  /** Rebuilds the document after a refusal. Raises when the network fails. */
  recover(): Promise<void>;
  /** In step over HTTP. */
  inStep(): void;
}

export class Fallback {
  /** Settled once the running one has ended: true when it was stopped, false when HTTP failed. */
  private running: Promise<boolean> | null = null;
  private stopped = false;
  private wake: (() => void) | null = null;

  constructor(
    private readonly transport: Transport,
    private readonly exchange: HttpExchange,
    private readonly uplink: Uplink,
    private readonly clock: Clock,
    private readonly host: FallbackHost,
  ) {}

  get isRunning(): boolean {
    return this.running !== null;
  }

  /** Runs until `stop`; false when HTTP failed. */
  run(): Promise<boolean> {
    this.stopped = false;
    this.running ??= this.loop().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** Resolves when nothing is on its way any more. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wakeUp();
    await this.running;
  }

  /** Something waits to be sent, or time has passed unseen. */
  wakeUp(): void {
    this.wake?.();
  }

  private async loop(): Promise<boolean> {
    const { uplink } = this;
    try {
      if (!uplink.isEmpty) {
        uplink.startFrom(Y.encodeStateVectorFromUpdate((await this.transport.snapshot()).update));
      }
      while (!this.stopped) {
        do await this.exchange.run(uplink.take());
        while (!uplink.isEmpty && !uplink.isRefused && !this.stopped);
        if (uplink.isRefused) await this.host.recover();
        if (this.stopped) break;
        this.host.inStep();
        await this.pause(LEAST_MS);
        if (uplink.isEmpty && !this.stopped) await this.pause(POLL_MS - LEAST_MS, true);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** `light`: ends early when there is something to send. */
  private pause(ms: number, light = false): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.wake = null;
        resolve();
      };
      const cancel = this.clock.after(ms, done);
      this.wake = () => {
        if (light || this.stopped) done();
      };
    });
  }
}
