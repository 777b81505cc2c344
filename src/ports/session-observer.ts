import type { Assignment, Turn } from "../domain/traffic/assignment.ts";

/** Told by the gateway what became of sessions. Never waits, never throws. */
export interface SessionObserver {
  /** A session was drawn into a rollout that collects evidence; comes before any of its turns. */
  assigned(assignment: Assignment): void;
  /** A call of an assigned session begins. Answers a number by which its end is told, above 0 where it may count. */
  turnBegan(rolloutId: string, session: string): number;
  /** A call that began was refused by us or answered from elsewhere: the next one that began counts in its place. */
  turnDropped(rolloutId: string, session: string, begun: number): void;
  /** A call of an assigned session ended. */
  turnEnded(turn: Turn): void;
  /** The call that drew a session was refused by us or answered from elsewhere: without a turn so far it is not observed. */
  leftOut(rolloutId: string, session: string): void;
}

/** For calls that are no part of any rollout. */
export const NO_OBSERVER: SessionObserver = {
  assigned: () => {},
  turnBegan: () => 0,
  turnDropped: () => {},
  turnEnded: () => {},
  leftOut: () => {},
};
