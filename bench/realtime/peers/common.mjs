// What the servers of the bench share: where they listen, and what their boards hold at the start.
import { readFileSync } from "node:fs";

export const folder = process.env.BENCH_FOLDER;
export const port = Number(process.env.PORT ?? 0);
export const filled = (process.env.BENCH_FILLED ?? "").split(",").filter(Boolean);
export const notes = Number(process.env.BENCH_NOTES ?? 0);
export const content = process.env.BENCH_CONTENT ? readFileSync(process.env.BENCH_CONTENT) : null;

export function listens(address) {
  console.log(`listening ${address.port}`);
}
