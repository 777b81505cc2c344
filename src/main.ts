import { serve } from "./main/serve.ts";
import { runFromCommandLine } from "./main/run-from-command-line.ts";

await runFromCommandLine(serve);
