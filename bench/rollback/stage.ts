import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { startPostgres } from "../../test/fixtures/own-servers.ts";
import type { OwnServer } from "../../test/fixtures/own-servers.ts";
import { writeProject } from "../../test/fixtures/running-server.ts";
import { freePort, ready, spawnServer } from "../../test/fixtures/server-process.ts";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";
import { projectText } from "./project.ts";

/** Everything that a run needs, all of its own. */
export interface Stage {
  readonly servers: readonly ServerProcess[];
  readonly upstreamPort: number;
  close(): Promise<void>;
}

/** Starts PostgreSQL, two models of which one always fails, and the replicas. */
export async function setStage(replicas: number): Promise<Stage> {
  const upstream = await startUpstream();
  let postgres: OwnServer | null = null;
  const servers: ServerProcess[] = [];
  const close = async (): Promise<void> => {
    for (const { process } of servers) process.kill("SIGTERM");
    await Promise.all(servers.map(({ exited }) => exited));
    postgres?.stop();
    await upstream.close();
  };
  try {
    postgres = await startPostgres();
    const config = writeProject({
      "rollward.yaml": projectText({ upstreamPort: upstream.port, trial: 0, model: "good-1" }),
    });
    const environment = { DATABASE_URL: postgres.url, NODE_ENV: "production" };
    for (let each = 0; each < replicas; each += 1) {
      // The first applies the project, the others serve what it applied.
      const args = each === 0 ? ["--config", config] : ["--no-demo"];
      const server = spawnServer(await freePort(), args, environment);
      servers.push(server);
      await ready(server);
    }
    return { servers, upstreamPort: upstream.port, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const ANSWER = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_700_000_000,
  model: "good-1",
  choices: [{ index: 0, message: { role: "assistant", content: "Yes." }, finish_reason: "stop" }],
  usage: { prompt_tokens: 20, completion_tokens: 2, total_tokens: 22 },
});

/** Answers at once, or fails at once where the model is called `bad-1`. */
async function startUpstream(): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const isBad = Buffer.concat(chunks).includes('"model":"bad-1"');
      response.writeHead(isBad ? 400 : 200, { "content-type": "application/json" });
      response.end(isBad ? '{"error":{"message":"This model is broken.","type":"invalid_request_error"}}' : ANSWER);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
