// `npm start`: see prepare.mjs for what this file may use.
import { prepare, program, runInForeground } from "./prepare.mjs";

const node = prepare({ developing: false });
process.exitCode = await runInForeground(node, [program("main"), ...process.argv.slice(2)]);
