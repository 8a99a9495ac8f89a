// Hocuspocus as its guide sets it up, with its SQLite extension on a file; everybody may do everything.
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";
import Database from "better-sqlite3";
import { content, filled, folder, listens, port } from "./common.mjs";

const database = `${folder}/hocuspocus.sqlite`;
if (content) {
  const db = new Database(database);
  db.exec('CREATE TABLE IF NOT EXISTS "documents" ("name" varchar(255) NOT NULL, "data" blob NOT NULL, UNIQUE(name))');
  const insert = db.prepare('INSERT OR IGNORE INTO "documents" ("name", "data") VALUES (?, ?)');
  for (const board of filled) insert.run(board, content);
  db.close();
}
const server = new Server({ quiet: true, port, address: "127.0.0.1", extensions: [new SQLite({ database })] });
await server.listen();
listens(server.address);
