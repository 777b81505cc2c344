import type { showNow } from "../../../src/contract/now.ts";
import type { Answer } from "../../lib/api.ts";
import type { State } from "../../ui/state-mark.tsx";

/** What a person on call needs to see, as the API tells it. */
export type NowView = Answer<typeof showNow>;

/** Something that a person may do at this moment, and exactly what it does. */
export type NowAction = NowView["actions"][number];

/** How a severity looks. */
export const SEVERITY_STATES: Readonly<Record<NowView["severity"], State>> = {
  ok: "ok",
  info: "info",
  warning: "warn",
  critical: "bad",
};

/** A severity in a word for people. */
export const SEVERITY_WORDS: Readonly<Record<NowView["severity"], string>> = {
  ok: "All is well",
  info: "Something goes on",
  warning: "Needs a look",
  critical: "Users are hurt",
};
