#!/usr/bin/env node
// The `rollward` command: finds the project's Node and runs the command line on it.
import { keepingCompiled, prepare, program, runInForeground } from "../scripts/prepare.mjs";

const node = prepare({ developing: false });
process.exitCode = await runInForeground(node, [program("cli/main"), ...process.argv.slice(2)], {
  variables: keepingCompiled(),
});
