import type { FastifyInstance } from "fastify";
import { cache } from "./cache.ts";
import { calls } from "./calls.ts";
import { endpoints } from "./endpoints.ts";
import { health } from "./health.ts";
import { keys } from "./keys.ts";
import { meters } from "./meters.ts";
import { pauses } from "./pauses.ts";
import { spend } from "./spend.ts";
import { promptCache } from "./prompt-cache.ts";
import { projects } from "./projects.ts";
import { results } from "./results.ts";
import { rollouts } from "./rollouts.ts";
import { routing } from "./routing.ts";
import type { AdminTerms } from "./admin-terms.ts";

/** Every noun of the admin API. */
export function admin(app: FastifyInstance, terms: AdminTerms): void {
  health(app, terms);
  endpoints(app, terms);
  rollouts(app, terms);
  routing(app, terms);
  calls(app, terms);
  cache(app, terms);
  promptCache(app, terms);
  results(app, terms);
  keys(app, terms);
  pauses(app, terms);
  meters(app, terms);
  spend(app, terms);
  projects(app, terms);
}
