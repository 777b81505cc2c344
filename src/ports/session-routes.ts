import type { KeptRoute } from "../domain/routing/decide-route.ts";

/** Remembers which route a session is on; bounded, the longest unseen are forgotten first. Never waits. */
export interface SessionRoutes {
  /** `session` is unique within the endpoint. Reading counts as seeing the session. */
  get(endpoint: string, session: string): KeptRoute | undefined;
  set(endpoint: string, session: string, route: KeptRoute): void;
}
