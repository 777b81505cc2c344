import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "vite";
import { builtFolder, consoleFolder, currentBuild, sourcesHash } from "./console-sources.mjs";

/** Compressed files are served as they are; smaller ones travel in one packet anyway. */
const SMALLEST_BYTES = 1_000;
const COMPRESSIBLE = /\.(js|css|html|svg|json)$/;

const FAILED = join(builtFolder, "failed.txt");

const isForced = process.argv.includes("--force");

/** Writes `.br` and `.gz` beside each file that gains by it; answers with the sum of gzipped bytes. */
function compress(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => COMPRESSIBLE.test(path));
  let sum = 0;
  for (const file of files.map((path) => join(folder, path))) {
    const bytes = readFileSync(file);
    const gzipped = gzipSync(bytes, { level: 9 });
    sum += gzipped.length;
    if (bytes.length < SMALLEST_BYTES) continue;
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 10, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: quality }));
    writeFileSync(`${file}.gz`, gzipped);
  }
  return sum;
}

/** Builds beside what is served and changes over in one step: a server that reads meanwhile sees the old or the new. */
async function buildConsole(hash: string): Promise<void> {
  const making = join(builtFolder, `making-${process.pid}`);
  const folder = `site-${hash}`;
  await build({
    configFile: join(consoleFolder, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: making, emptyOutDir: true },
  });
  const gzipped = compress(making);
  if (currentBuild()?.hash === hash && !isForced) {
    // Somebody else has built the same meanwhile, and a server may be reading it.
    rmSync(making, { recursive: true, force: true });
    return;
  }
  rmSync(join(builtFolder, folder), { recursive: true, force: true });
  renameSync(making, join(builtFolder, folder));
  const current = join(builtFolder, "current.json");
  writeFileSync(`${current}.${process.pid}`, JSON.stringify({ hash, folder }));
  renameSync(`${current}.${process.pid}`, current);
  for (const name of readdirSync(builtFolder).filter((each) => each.startsWith("site-") && each !== folder)) {
    rmSync(join(builtFolder, name), { recursive: true, force: true });
  }
  console.log(`console: ${folder}, ${Math.round(gzipped / 1_000)} kB gzipped in all`);
}

// Whatever runs this: a test's environment would build a React that is twice as large and half as fast.
process.env["NODE_ENV"] = "production";

const hash = sourcesHash();
mkdirSync(builtFolder, { recursive: true });
rmSync(FAILED, { force: true });
if (currentBuild()?.hash === hash && !isForced) {
  console.log(`console: site-${hash} stands already`);
} else {
  try {
    await buildConsole(hash);
  } catch (error) {
    rmSync(join(builtFolder, `making-${process.pid}`), { recursive: true, force: true });
    writeFileSync(FAILED, error instanceof Error ? error.message : String(error));
    console.error(error);
    process.exitCode = 1;
  }
}
