// The server of y-websocket as its package ships it: documents live in memory only.
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import http from "node:http";
import { content, filled, listens, port } from "./common.mjs";

const require = createRequire(import.meta.resolve("@y/websocket-server/utils"));
const WebSocket = require("ws");
const { setupWSConnection } = await import("@y/websocket-server/utils");

// What a board holds at the start comes as a first client would send it.
function fill(board) {
  const socket = Object.assign(new EventEmitter(), { readyState: 1, send() {}, ping() {}, close() {} });
  setupWSConnection(socket, { url: `/${board}` });
  const size = [];
  for (let rest = content.length; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) {
      size.push(rest);
      break;
    }
    size.push((rest & 127) | 128);
  }
  socket.emit("message", new Uint8Array([0, 2, ...size, ...content]).buffer);
  socket.emit("close");
}
if (content) for (const board of filled) fill(board);

const wss = new WebSocket.Server({ noServer: true });
wss.on("connection", setupWSConnection);
const server = http.createServer();
server.on("upgrade", (request, socket, head) => {
  wss.handleUpgrade(request, socket, head, (ws) => wss.emit("connection", ws, request));
});
server.listen(port, "127.0.0.1", () => listens(server.address()));
