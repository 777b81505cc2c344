import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProviderState } from "./faulty-provider-process.ts";

/** The faulty provider in a process of its own. */
export interface Provider {
  readonly port: number;
  readonly process: ChildProcess;
  state(): Promise<ProviderState>;
}

/** Starts it; rejects when it ends instead. */
export function startProvider(): Promise<Provider> {
  const child = fork(fileURLToPath(new URL("faulty-provider-process.ts", import.meta.url)));
  let asked = 0;
  const state = (): Promise<ProviderState> =>
    new Promise((resolve) => {
      asked += 1;
      const id = asked;
      const listen = (answer: ProviderState): void => {
        if (answer.id !== id) return;
        child.off("message", listen);
        resolve(answer);
      };
      child.on("message", listen);
      child.send({ id });
    });
  return new Promise((resolve, reject) => {
    child.once("message", ({ port }: { port: number }) => resolve({ port, process: child, state }));
    child.once("exit", (code) => reject(new Error(`The provider ended with ${code}.`)));
  });
}
