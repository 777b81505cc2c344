import { CHOSEN, rate } from "../promql.ts";

const NO_DIVISION = "> 0";

/** A share of calls; without calls there is none. */
export const share = (part: string, whole: string): string => `${part} / (${whole} ${NO_DIVISION})`;

/** Calls a second of what is chosen, by some labels: those that were answered, and all. */
export const answered = (by: string): string => rate("calls", `${CHOSEN},outcome="ok"`, by);
export const all = (by = ""): string => rate("calls", CHOSEN, by);

/** Dollars an hour of what is chosen, by some labels. */
export const perHour = (by: string): string => `3600 * ${rate("cost", CHOSEN, by)}`;
