import { runFromCommandLine } from "./main/run-from-command-line.ts";
import { tuneEngine } from "./main/tune-engine.ts";

tuneEngine();
await runFromCommandLine(async () => (await import("./main/serve.ts")).serve);
