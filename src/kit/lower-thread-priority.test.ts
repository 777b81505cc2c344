import { readFileSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const PROGRAM = `
  const { readFileSync } = require("node:fs");
  const { parentPort, workerData } = require("node:worker_threads");
  const niceness = () => Number(readFileSync("/proc/thread-self/stat", "utf8").split(") ")[1].split(" ")[16]);
  const before = niceness();
  import(workerData).then(({ lowerThreadPriority }) => {
    lowerThreadPriority();
    parentPort.postMessage({ before, after: niceness() });
  });
`;

/** Of the thread that runs the tests. */
const niceness = (): number => Number(readFileSync("/proc/thread-self/stat", "utf8").split(") ")[1]?.split(" ")[16]);

test.runIf(process.platform === "linux")("one thread gives way, and no other of its process does", async () => {
  const own = niceness();
  const file = new URL("./lower-thread-priority.ts", import.meta.url).href;
  const worker = new Worker(PROGRAM, { eval: true, workerData: file });
  const said = await new Promise<{ before: number; after: number }>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await worker.terminate();
  expect(said.before).toBe(own);
  expect(said.after).toBe(Math.max(10, own));
  expect(niceness()).toBe(own);
});
