/**
 * The page of one board, first part: small, so that the connection opens and the document is asked for while the rest,
 * `board.ts`, is still on its way. That one imports all it uses of these modules from here (static/build.mjs).
 */

import { readConfig } from "../board/config";
import { COPY_PREFIX } from "../board/sync/forget";
import { SocketTransport } from "../board/sync/socket-link";

export * from "../board/sync/transport";
export * from "../board/sync/wire";

export const config = readConfig();
export const transport = new SocketTransport(config.document, config.csrf, config.socketPath);

transport.openAhead();
if (!keepsCopy()) transport.fetchAhead();

/** Whether this browser seems to have the document of a former visit. */
function keepsCopy(): boolean {
  try {
    return Object.keys(localStorage).some((name) =>
      name.startsWith(`${COPY_PREFIX}${config.me.key}:${config.document}:`),
    );
  } catch {
    return false;
  }
}
