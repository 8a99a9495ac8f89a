/**
 * A socket that only listens: it rings when the reader was told something, here or in another process. What there is to
 * know is asked over HTTP. Open while the page is looked at; without it the page asks once a minute.
 */
import { io, type Socket } from "socket.io-client";
import { PROTOCOL_VERSION } from "../board/sync/wire";
import { on } from "../lib/dom";
import { send } from "../lib/http";

const ANSWER_MS = 10_000;
const FIRST_PAUSE_MS = 3_000;
const LONGEST_PAUSE_MS = 300_000;
const HIDDEN_MS = 30_000;

/** Calls `ring` when the socket opens, since something may have come before, and whenever something came. */
export function listen(ring: () => void): void {
  let socket: Socket | undefined;
  let pause = FIRST_PAUSE_MS;
  let later: ReturnType<typeof setTimeout> | undefined;

  const drop = () => {
    socket?.off();
    socket?.close();
    socket = undefined;
  };
  const again = () => {
    drop();
    clearTimeout(later);
    later = setTimeout(open, pause * (0.75 + Math.random() / 2));
    pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
  };
  const open = async () => {
    clearTimeout(later);
    if (socket || document.visibilityState !== "visible" || !navigator.onLine) return;
    try {
      const answer = await send("/socket-ticket", { method: "POST" });
      if (answer.status === 401 || answer.status === 403) return; // signed out: the next page says so
      if (!answer.ok) throw new Error("no ticket");
      const { ticket } = answer.json as { ticket: string };
      if (socket) return;
      socket = io({
        transports: ["websocket"],
        forceNew: true,
        reconnection: false,
        timeout: ANSWER_MS,
        auth: { ticket, v: PROTOCOL_VERSION },
      });
    } catch {
      again();
      return;
    }
    socket.on("connect", () => {
      pause = FIRST_PAUSE_MS;
      document.documentElement.dataset.told = "live";
      ring();
    });
    socket.on("n", ring);
    socket.on("connect_error", again);
    socket.on("disconnect", again);
  };

  on(document, "visibilitychange", () => {
    clearTimeout(later);
    if (document.visibilityState === "visible") void open();
    else later = setTimeout(drop, HIDDEN_MS);
  });
  on(window, "online", () => void open());
  on(window, "pagehide", drop);
  on(window, "pageshow", () => void open());
  void open();
}
