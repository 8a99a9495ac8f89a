/** POST of the sync endpoint: where sockets are blocked, for changes too large for them, and to fill holes. */

import * as Y from "yjs";
import { FINAL } from "./connector";
import type { Batch } from "./outbox";
import type { Place } from "./place";
import { HttpError, type Refusal, type Transport } from "./transport";

const NOTHING = new Uint8Array();

export interface ExchangeHost {
  /** Every batch up to `n` is committed. */
  settled(n: number): void;
  refused(refusal: Refusal): void;
  /** The document was replaced as a whole. */
  replaced(): Promise<void>;
  end(code: string, message: string): void;
}

export class HttpExchange {
  constructor(
    private readonly transport: Transport,
    private readonly place: Place,
    private readonly host: ExchangeHost,
  ) {}

  /** Brings a batch if there is one, takes what is missing. Raises when the network fails. */
  async run(batch: Batch | null): Promise<void> {
    const { place } = this;
    try {
      const vector = Y.encodeStateVector(place.target);
      const answer = await this.transport.sync(vector, batch?.update ?? NOTHING, place.epoch);
      place.takeIn([answer.missing]);
      place.seq = Math.max(place.seq, answer.seq);
      place.setRights(answer);
      if (batch) this.host.settled(batch.n);
    } catch (error) {
      if (!(error instanceof HttpError) || error.isPassing) throw error;
      const { code, status, message } = error;
      const isFinal = FINAL.has(code) || status === 401 || status === 404;
      if (code === "epoch") await this.host.replaced();
      else if (batch && code && !isFinal) this.host.refused({ n: batch.n, code, message });
      else this.host.end(status === 401 ? "sign_in" : code || "forbidden", message);
    }
  }
}
