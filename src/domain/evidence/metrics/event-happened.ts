import type { DelayedOutcome } from "../evidence.ts";

/** Whether a delayed event happened: what nobody reported within the window did not. */
export const eventHappened = ({ value }: DelayedOutcome): boolean => value === 1;
