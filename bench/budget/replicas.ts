import type { FreshDatabase } from "../../test/fixtures/fresh-database.ts";
import { writeProject } from "../../test/fixtures/running-server.ts";
import { freePort, ready, spawnServer } from "../../test/fixtures/server-process.ts";
import type { ServerProcess } from "../../test/fixtures/server-process.ts";

/** What three replicas are started on. */
export interface ReplicaTerms {
  readonly database: FreshDatabase;
  readonly valkeyUrl: string;
  readonly baseUrl: string;
  readonly count: number;
  /** What follows the endpoint in rollward.yaml. */
  readonly meters: string;
}

const projectText = ({ baseUrl, meters }: ReplicaTerms): string => `environment: production
providers:
  paid:
    kind: openai-compatible
    base_url: ${baseUrl}
    allow_private: true
    models:
      paid-1: { price: { input: 0.1, output: 3 } }
endpoints:
  support-bot:
    record: facts
    models: [paid/paid-1]
${meters}`;

/** Starts the replicas: the first applies the project, the others serve what it applied. */
export async function startReplicas(terms: ReplicaTerms): Promise<readonly ServerProcess[]> {
  const { database, valkeyUrl, count } = terms;
  const config = writeProject({ "rollward.yaml": projectText(terms) });
  const environment = { DATABASE_URL: database.url, VALKEY_URL: valkeyUrl, NODE_ENV: "production" };
  const servers: ServerProcess[] = [];
  try {
    for (let each = 0; each < count; each += 1) {
      const args = each === 0 ? ["--config", config] : ["--no-demo"];
      const server = spawnServer(await freePort(), args, environment);
      servers.push(server);
      await ready(server);
    }
  } catch (error) {
    for (const { process } of servers) process.kill("SIGKILL");
    throw error;
  }
  return servers;
}

/** Lets replicas end in good order; one that was killed has ended. */
export async function stopReplicas(servers: readonly ServerProcess[]): Promise<void> {
  for (const { process } of servers) process.kill("SIGTERM");
  await Promise.all(servers.map(({ exited }) => exited));
}
