// tldraw sync: a room per board, in memory as it comes, or each on a SQLite file of its own.
import { writeFileSync } from "node:fs";
import http from "node:http";
import { NodeSqliteWrapper, SQLiteSyncStorage, TLSocketRoom } from "@tldraw/sync-core";
import { createTLSchema } from "@tldraw/tlschema";
import Database from "better-sqlite3";
import { WebSocketServer } from "ws";
import { filled, folder, listens, notes, port } from "./common.mjs";

const schema = createTLSchema();
writeFileSync(`${folder}/schema.json`, JSON.stringify(schema.serialize()));
const rooms = new Map();

function storageOf(name) {
  return new SQLiteSyncStorage({ sql: new NodeSqliteWrapper(new Database(`${folder}/${name}.sqlite`)) });
}

function roomOf(name) {
  if (!rooms.has(name)) {
    const storage = process.env.BENCH_STORAGE === "sqlite" ? storageOf(name) : undefined;
    rooms.set(name, new TLSocketRoom({ schema, storage }));
  }
  return rooms.get(name);
}

function note(index) {
  const words = `Une idée parmi toutes celles qui sont venues ce matin-là, n° ${index}`;
  const richText = { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: words }] }] };
  return {
    id: `shape:seed${index}`,
    typeName: "shape",
    type: "note",
    x: (index % 50) * 160,
    y: Math.floor(index / 50) * 160,
    rotation: 0,
    index: "a1",
    parentId: "page:page",
    isLocked: false,
    opacity: 1,
    meta: {},
    props: {
      color: "yellow",
      richText,
      labelColor: "black",
      size: "m",
      font: "draw",
      fontSizeAdjustment: 0,
      align: "middle",
      verticalAlign: "middle",
      growY: 0,
      url: "",
      scale: 1,
      textLastEditedBy: null,
    },
  };
}

for (const board of filled) {
  await roomOf(board).updateStore((store) => {
    for (let index = 0; index < notes; index += 1) store.put(note(index));
  });
}

const wss = new WebSocketServer({ noServer: true });
const server = http.createServer();
server.on("upgrade", (request, socket, head) => {
  wss.handleUpgrade(request, socket, head, (ws) => {
    const url = new URL(request.url, "http://localhost");
    roomOf(url.pathname.slice(1)).handleSocketConnect({ sessionId: url.searchParams.get("session"), socket: ws });
  });
});
server.listen(port, "127.0.0.1", () => listens(server.address()));
