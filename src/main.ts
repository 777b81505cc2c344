import { serve } from "./main/serve.ts";
import { runFromCommandLine } from "./main/run-from-command-line.ts";
import { tuneEngine } from "./main/tune-engine.ts";

tuneEngine();
await runFromCommandLine(serve);
