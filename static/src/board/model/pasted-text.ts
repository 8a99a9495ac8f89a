/** What pasted words are: one text, a list of lines, or a table from a spreadsheet. Pure. */

export interface PastedText {
  /** Everything, for one note. */
  whole: string;
  /** One per line that says something, without bullets and numbers; the cells of a row stand in one line. */
  lines: string[];
  /** Rows of cells when it came from a spreadsheet, null otherwise. Rows are equally long; cells may be empty. */
  table: string[][] | null;
}

/** A bullet, a dash, a tick box, or a number with its point or bracket, at the start of a line. */
const MARK = /^(?:[-–—*•‣◦▪●○□☐☑✓✔]|\[[ xX]?\]|\(?\d{1,4}[.)]|\(?[a-zA-Z][.)])\s+/u;

export function readPastedText(pasted: string): PastedText {
  const whole = pasted.replace(/\r\n?/g, "\n").trim();
  // A cell in quotes may hold line breaks: rows are known only once quotes are read.
  const rows = whole.includes("\t") ? readRows(pasted.replace(/\r\n?/g, "\n").replace(/\n+$/, "")) : [];
  // Lines that are only indented are a list.
  const isTable = rows.some((row) => row.filter((cell) => cell !== "").length > 1);
  const table = isTable ? inFullRows(rows) : null;
  const lines = table
    ? table.map((row) => row.filter((cell) => cell !== "").join(" · "))
    : whole.split("\n").map(withoutMarks);
  return { whole, lines: lines.filter((line) => line !== ""), table };
}

function withoutMarks(line: string): string {
  let words = line.trim();
  // "- [ ] to do" has two marks.
  for (let i = 0; i < 2; i += 1) words = words.replace(MARK, "");
  return words.trim();
}

/** Tab-separated rows as spreadsheets copy them: a cell with a break or a quote stands in quotes, its quotes doubled. */
function readRows(text: string): string[][] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at <= text.length) {
    const row = rows.at(-1) as string[];
    const quoted = text[at] === '"' ? /"((?:[^"]|"")*)"(?=[\t\n]|$)/y : null;
    if (quoted) quoted.lastIndex = at;
    const match = quoted?.exec(text);
    const end = match ? at + match[0].length : nextBreak(text, at);
    row.push((match ? (match[1] as string).replaceAll('""', '"') : text.slice(at, end)).trim());
    if (text[end] === "\n") rows.push([]);
    at = end + 1;
  }
  return rows;
}

function nextBreak(text: string, from: number): number {
  const breaks = /[\t\n]/g;
  breaks.lastIndex = from;
  return breaks.exec(text)?.index ?? text.length;
}

function inFullRows(rows: string[][]): string[][] {
  const said = rows.filter((row) => row.some((cell) => cell !== ""));
  const width = Math.max(0, ...said.map((row) => row.length));
  return said.map((row) => [...row, ...Array<string>(width - row.length).fill("")]);
}
