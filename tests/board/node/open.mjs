// Opens documents in Yjs, for the tests: one JSON line in, one JSON line out.
// in:  {"updates": ["base64", …]}                 out: {"objects", "meta", "pending", "sv", "update"} or {"error"}
// Also drains every observer a client would have, because some broken documents only throw there.
import { createInterface } from "node:readline";
import * as Y from "yjs";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const base64 = (array) => Buffer.from(array).toString("base64");

function open(updates) {
  const doc = new Y.Doc();
  const objects = doc.getMap("objects");
  const meta = doc.getMap("meta");
  let events = 0;
  objects.observeDeep((list) => {
    for (const event of list) {
      events += event.path.length + event.changes.keys.size + event.changes.delta.length + event.keys.size;
      if (event.target instanceof Y.Text) events += event.delta.length;
    }
  });
  for (const update of updates) Y.applyUpdate(doc, bytes(update));
  return {
    objects: objects.toJSON(),
    meta: meta.toJSON(),
    pending: doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
    sv: base64(Y.encodeStateVector(doc)),
    update: base64(Y.encodeStateAsUpdate(doc)),
    events,
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = open(JSON.parse(line).updates);
  } catch (error) {
    answer = { error: String(error && error.stack ? error.stack : error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
