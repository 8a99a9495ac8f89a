// Others at work on a real board, over real sockets: some move a note of theirs ten times a second, some point.
//   node movers.mjs '{"url": …, "document": 1, "seats": [{"cookie": …, "ticket": …}], "notes": ["id"], "cursors": 30}'
// Says "ready" when all are in, works until it is ended.
import { Client } from "../../tests/live/node/client.mjs";
import { concat, varint } from "../../tests/live/node/wire.mjs";

const { url, document, seats, notes, cursors } = JSON.parse(process.argv[2]);
const PERIOD_MS = 100;
const INSIDE = 1;

// What the others do is not read: fifty documents would cost more than the browser that is measured.
class Mover extends Client {
  onUpdate() {}
  note() {}
}

const movers = [];
for (const { cookie, ticket } of seats) {
  const mover = new Mover("mover");
  const connected = await mover.connect({ url, cookie, ticket });
  if (!connected.ok) throw new Error(connected.message);
  const joined = await mover.join({ doc: document, base: { url, cookie } });
  if (!joined.ok) throw new Error(joined.code);
  movers.push(mover);
}

movers.forEach((mover, index) => {
  const note = mover.objects().get(notes[index]);
  const home = { x: note.get("x"), y: note.get("y") };
  let turn = 0;
  const work = () => {
    turn += 1;
    const x = Math.round(home.x + 60 * Math.cos(turn / 3.5 + index));
    const y = Math.round(home.y + 60 * Math.sin(turn / 3.5 + index));
    mover.setFields({ id: notes[index], fields: { x, y } });
    if (index >= cursors) return;
    const at = Buffer.alloc(6);
    at.writeInt16BE(Math.round((home.x + 200 * Math.cos(turn / 2.5 + index)) / 4), 0);
    at.writeInt16BE(Math.round((home.y + 200 * Math.sin(turn / 2.5 + index)) / 4), 2);
    at.writeUInt8(2, 4);
    at.writeUInt8(INSIDE, 5);
    mover.socket.emit("p", concat(varint(mover.handle), at));
  };
  setTimeout(() => setInterval(work, PERIOD_MS), (PERIOD_MS * index) / movers.length);
});
console.log("ready");
