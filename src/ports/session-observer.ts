import type { Assignment, Turn } from "../domain/traffic/assignment.ts";

/** Told by the gateway what became of sessions. Never waits, never throws. */
export interface SessionObserver {
  /** A session was drawn into a rollout that collects evidence; comes before any of its turns. */
  assigned(assignment: Assignment): void;
  /** A call of an assigned session ended. */
  turnEnded(turn: Turn): void;
  /** The call that drew a session was refused by us or answered from elsewhere: without a turn so far it is not observed. */
  leftOut(rolloutId: string, session: string): void;
}
