// `npm start`: see prepare.mjs for what this file may use.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { consoleStanding } from "./console-sources.mjs";
import { keepingCompiled, prepare, program, root, runInForeground } from "./prepare.mjs";

const node = prepare({ developing: false });
const standing = consoleStanding();
process.exitCode = await runInForeground(node, [program("main"), ...process.argv.slice(2)], {
  variables: { ROLLWARD_CONSOLE: standing, ...keepingCompiled() },
  onReady: () => standing === "stale" && buildConsole(),
});

/** Builds the console once calls are answered: it takes both cores of a small machine for some seconds. */
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
