// `node scripts/run.mjs <file> [arguments]`: runs a script or tool of the project on the project's Node.
// One process for preparing and running, because a shell that has looked `node` up once goes on using the old one.
// See prepare.mjs for what this file may use.
import { resolve } from "node:path";
import { prepare, root, runInForeground } from "./prepare.mjs";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("Usage: node scripts/run.mjs <file> [arguments]\n");
  process.exit(1);
}
const node = prepare({ developing: true });
process.exitCode = await runInForeground(node, [resolve(root, file), ...args]);
