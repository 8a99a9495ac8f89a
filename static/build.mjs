/**
 * Builds what browsers load, from static/ into static/dist/.
 *
 *   node static/build.mjs
 *
 * Entries: css/main.css, css/board.css, every css/areas/*.css (inlined in the pages of an area, never a request),
 * every src/pages/*.ts and every src/workers/*.ts. Each page's script is bundled apart, so that code shared by two pages
 * never becomes a third; so is what a script imports when it is needed. A board's page has two scripts that run one after
 * the other, and what the first holds is not in the second. Icons named in icons.txt become one sprite.
 * Names carry a hash of their content; the same sources always give the same bytes.
 * The server reads two files: icons.json (name → shapes, which templates draw in place) and manifest.json (logical
 * name → file), which is written last and swapped in whole, then the files of earlier builds are
 * removed after an hour: a server that reads dist/ meanwhile never sees a hole.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const dist = join(here, "dist");

/** Browsers since spring 2024: the first with popover, nesting and light-dark(). */
const target = ["chrome123", "edge123", "firefox125", "safari17.5"];

/** A server started before this build still sends the files of the last one. */
const keepOldFilesMs = 3_600_000;

/** Fonts a page may preload: logical name → the file's name in its package. */
const preloadable = {
  "text-font.woff2": "atkinson-hyperlegible-next-latin-wght-normal",
  "title-font.woff2": "bricolage-grotesque-latin-wght-normal",
};

/** What packages bring and no page uses: coloured logs, and ways to connect other than WebSocket, with what they write in text. */
const standIns = [
  {
    filter: /\/lib0\/logging\.js$/,
    contents: `export const print = console.log, warn = console.warn;
      export const BOLD = "", UNBOLD = "", ORANGE = "", RED = "";`,
  },
  {
    filter: /\/engine\.io-client\/build\/esm\/transports\/index\.js$/,
    contents: `import { WS } from "./websocket.js"; export const transports = { websocket: WS };`,
  },
  {
    filter: /\/engine\.io-client\/build\/esm\/transports\/polling-xhr\.js$/,
    contents: "export const XHR = undefined;",
  },
  {
    filter: /\/engine\.io-parser\/build\/esm\/contrib\/base64-arraybuffer\.js$/,
    contents: "export const decode = undefined;",
  },
];

const leaveOut = {
  name: "leave-out",
  setup(building) {
    for (const { filter, contents } of standIns) {
      building.onLoad({ filter }, ({ path }) => ({ contents, resolveDir: dirname(path) }));
    }
  },
};

/**
 * What is imported when needed is a whole bundle: the code it shares with the page is there twice, rather than in a third
 * file that the first load would wait for.
 */
const apart = {
  name: "apart",
  setup(building) {
    building.onResolve({ filter: /^\./ }, async ({ kind, path, resolveDir }) => {
      if (kind !== "dynamic-import") return undefined;
      const entry = relative(root, join(resolveDir, `${path}.ts`));
      return { path: `./${await bundle(entry, { format: "esm", conditions: ["browser"] })}`, external: true };
    });
  },
};

/**
 * Of `board.ts`: the modules of the page's first part are not bundled again, since they hold the one connection. Both parts
 * are asked for at once, and the first runs alone.
 */
const shared = {
  name: "shared",
  setup(building) {
    if (!building.initialOptions.entryPoints.includes("static/src/pages/board.ts")) return;
    building.onResolve({ filter: /\/(board-socket|socket-link|transport|wire)$/ }, () => ({
      path: `./${manifest["board-socket.js"]}`,
      external: true,
    }));
  },
};

const manifest = {};
const kept = new Set(["manifest.json", "icons.json"]);

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  metafile: true,
  write: false,
  target,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  outdir: dist,
  entryNames: "[name]-[hash]",
  chunkNames: "chunk-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file", ".svg": "file" },
  plugins: [leaveOut, shared, apart],
};

/** Writes a file and its compressed siblings, unless the same bytes are already there. */
function emit(name, bytes) {
  const path = join(dist, name);
  const write = (file, content) => {
    kept.add(basename(file));
    if (existsSync(file) && readFileSync(file).equals(content)) return;
    writeFileSync(`${file}.part`, content);
    renameSync(`${file}.part`, file);
  };
  write(path, bytes);
  if (name.endsWith(".woff2")) return;
  write(
    `${path}.br`,
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
  const gzip = gzipSync(bytes, { level: 9 });
  gzip[9] = 255; // the operating system's byte: the same everywhere
  write(`${path}.gz`, gzip);
}

/** Writes a JSON file that the server reads, never half. */
function writeWhole(name, value) {
  writeFileSync(join(dist, `${name}.part`), `${JSON.stringify(value, null, 2)}\n`);
  renameSync(join(dist, `${name}.part`), join(dist, name));
}

function hashed(name, bytes) {
  const [stem, extension] = name.split(/\.(?=[^.]+$)/);
  return `${stem}-${createHash("sha256").update(bytes).digest("hex").slice(0, 8).toUpperCase()}.${extension}`;
}

function report(logical, name) {
  const size = statSync(join(dist, name)).size;
  const brotli = join(dist, `${name}.br`);
  const wire = existsSync(brotli) ? `, ${(statSync(brotli).size / 1000).toFixed(1)} kB brotli` : "";
  console.log(`  ${logical.padEnd(18)} ${(size / 1000).toFixed(1)} kB${wire}`);
}

/** Bundles one entry; gives the name of its file. */
async function bundle(entry, options, logical = basename(entry).replace(/\.ts$/, ".js")) {
  const result = await build({ ...common, ...options, entryPoints: [entry] });
  const source = entry.split("\\").join("/");
  for (const file of result.outputFiles) emit(basename(file.path), Buffer.from(file.contents));
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    const name = basename(path);
    if (output.entryPoint === source) manifest[logical] = name;
    for (const [font, stem] of Object.entries(preloadable)) {
      if (name.startsWith(`${stem}-`)) manifest[font] = name;
    }
  }
  return manifest[logical];
}

function sprite() {
  const names = readFileSync(join(here, "icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const shapes = {};
  for (const name of [...new Set(names)].sort()) {
    const path = join(root, "node_modules/lucide-static/icons", `${name}.svg`);
    if (!existsSync(path)) throw new Error(`static/icons.txt names "${name}", which lucide does not have`);
    const body = readFileSync(path, "utf8")
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/[\s\S]*?<svg[^>]*>|<\/svg>/g, "")
      .replace(/\s*\n\s*/g, "")
      .replace(/\s+\/>/g, "/>");
    shapes[name] = body;
  }
  const symbols = Object.entries(shapes).map(
    ([name, body]) => `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`,
  );
  const bytes = Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  manifest["icons.svg"] = hashed("icons.svg", bytes);
  emit(manifest["icons.svg"], bytes);
  writeWhole("icons.json", shapes);
}

function brand() {
  for (const name of readdirSync(join(here, "brand")).sort()) {
    const bytes = readFileSync(join(here, "brand", name));
    manifest[name] = hashed(name, bytes);
    emit(manifest[name], bytes);
  }
}

mkdirSync(dist, { recursive: true });
sprite();
brand();
for (const name of ["main.css", "board.css"]) {
  if (existsSync(join(here, "css", name))) await bundle(`static/css/${name}`, {});
}
for (const name of readdirSync(join(here, "css/areas")).sort()) {
  await bundle(`static/css/areas/${name}`, { entryNames: "area-[name]-[hash]" }, `areas/${name}`);
}
for (const name of readdirSync(join(here, "src/pages")).sort()) {
  if (!name.endsWith(".ts")) continue;
  await bundle(`static/src/pages/${name}`, { format: "esm", splitting: true, conditions: ["browser"] });
}
for (const name of readdirSync(join(here, "src/workers")).sort()) {
  await bundle(`static/src/workers/${name}`, { format: "iife" });
}
const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => (a < b ? -1 : 1)));
for (const [logical, name] of Object.entries(sorted)) report(logical, name);
writeWhole("manifest.json", sorted);
for (const name of readdirSync(dist)) {
  const path = join(dist, name);
  if (!kept.has(name) && statSync(path).mtimeMs < Date.now() - keepOldFilesMs) rmSync(path, { recursive: true });
}
