/**
 * Mozilla's HTTP Observatory, pointed at this machine: its command can only be told a name, and knows ports 80 and 443.
 *
 *   node observatory.mjs <folder of the package> <host> <port of http> <port of https>
 *
 * Standard input: a JSON list of {path, cookie}. Standard output: for each, the grade and the tests.
 * The list of names that browsers know as secure is fetched by the package when it is installed; the scan does without.
 */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

const [folder, host, httpPort, httpsPort] = process.argv.slice(2);
const preloaded = join(folder, "conf", "hsts-preload.json");
if (!existsSync(preloaded)) writeFileSync(preloaded, "{}\n");

const part = (path) => import(pathToFileURL(join(folder, "src", path)).href);
const { retrieve } = await part("retriever/retriever.js");
const { ALL_TESTS } = await part("constants.js");
const { getGradeForScore, getScoreModifier } = await part("grader/grader.js");
const { MINIMUM_SCORE_FOR_EXTRA_CREDIT } = await part("grader/charts.js");

async function grade({ path, cookie }) {
  const headers = ["Accept: text/html", ...(cookie ? [`Cookie: ${cookie}`] : [])];
  const requests = await retrieve(host, { httpPort, httpsPort, path, headers });
  const { status } = requests.responses.auto;
  const tests = ALL_TESTS.map((test) => test(requests)).map((output) => ({
    name: output.constructor.name,
    result: output.result,
    pass: output.pass,
    modifier: getScoreModifier(output.result),
  }));
  const sum = (some) => some.reduce((total, { modifier }) => total + modifier, 100);
  const lost = sum(tests.filter(({ modifier }) => modifier < 0));
  const score = lost >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? sum(tests) : lost;
  return { path, status, ...getGradeForScore(score), tests };
}

const graded = [];
for (const page of JSON.parse(await text(process.stdin))) graded.push(await grade(page));
console.log(JSON.stringify(graded));
