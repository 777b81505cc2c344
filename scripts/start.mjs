// `npm start`: see prepare.mjs for what this file may use.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { consoleStanding } from "./console-sources.mjs";
import { prepare, program, root, runInForeground } from "./prepare.mjs";

const node = prepare({ developing: false });
const standing = consoleStanding();
if (standing === "stale") buildConsole();
process.exitCode = await runInForeground(node, [program("main"), ...process.argv.slice(2)], {
  ROLLWARD_CONSOLE: standing,
});

/** Builds the console beside the server's start: calls are answered at once, the console some seconds later. */
function buildConsole() {
  const script = join(root, "scripts", "build-console.ts");
  const child = spawn(node, [script], { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => (said += chunk));
  child.on("exit", (code) => {
    if (code === 0 || code === null) return;
    process.stderr.write(`${said}The console could not be built; calls are served. Try: npm run build:console\n`);
  });
}
