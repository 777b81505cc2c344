import { rmSync } from "node:fs";
import { dirname } from "node:path";
import { startFaultyProvider } from "../../fixtures/faulty-provider/faulty-provider.ts";
import type { FaultyProvider } from "../../fixtures/faulty-provider/faulty-provider.ts";
import type { Profile } from "../../fixtures/faulty-provider/profile.ts";
import { writeProject } from "../../fixtures/running-server.ts";
import type { ProjectText } from "../../fixtures/running-server.ts";
import { freePort, ready, spawnServer } from "../../fixtures/server-process.ts";
import type { ServerProcess } from "../../fixtures/server-process.ts";

/** A faulty provider and a real server in front of it, in a process of its own. */
export interface Stage {
  readonly provider: FaultyProvider;
  readonly profile: Profile;
  readonly server: ServerProcess;
  readonly url: string;
  /** Stops both; the exit code of the server, or `null` when it had to be killed. */
  stop(): Promise<number | null>;
}

/** How long a server may take to stop before it is killed, milliseconds. */
const STOP_MS = 10_000;

/** Starts both. `project` gets the provider's base URL; `dataDir` is in memory unless told. */
export async function startStage(
  profile: Profile,
  project: (baseUrl: string) => ProjectText,
  dataDir = ":memory:",
): Promise<Stage> {
  const provider = await startFaultyProvider(profile);
  const config = writeProject(project(provider.baseUrl));
  const server = spawnServer(await freePort(), ["--config", config, "--data-dir", dataDir]);
  try {
    await ready(server);
  } catch (error) {
    await provider.close();
    throw error;
  }
  return {
    provider,
    profile,
    server,
    url: server.url,
    async stop() {
      server.process.kill("SIGTERM");
      const timer = setTimeout(() => server.process.kill("SIGKILL"), STOP_MS);
      const code = await server.exited;
      clearTimeout(timer);
      await provider.close();
      rmSync(dirname(config), { recursive: true, force: true });
      return code;
    },
  };
}
