import { parentPort } from "node:worker_threads";
import { simulateDraw } from "./draw.ts";
import type { Draw } from "./draw.ts";

parentPort?.on("message", (draw: Draw) => {
  parentPort?.postMessage(simulateDraw(draw));
});
