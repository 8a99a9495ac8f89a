/** Time as the session uses it; tests pass a faster one. */

export interface Clock {
  /** Calls back after a while; gives what cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Calls back before the next drawn frame, or soon when nothing is drawn. */
  frame(run: () => void): void;
}

const HIDDEN_MS = 60;

export const browserClock: Clock = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  frame(run) {
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, HIDDEN_MS);
  },
};
