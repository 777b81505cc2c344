import type { CheckName } from "../checks-policy.ts";
import type { AnswerCheck } from "./check.ts";
import { empty } from "./empty.ts";
import { json } from "./json.ts";
import { refusal } from "./refusal.ts";
import { refusalText } from "./refusal-text.ts";
import { tools } from "./tools.ts";
import { truncated } from "./truncated.ts";

/** Every check, by the name that policies use. */
export const CHECKS = {
  refusal,
  "refusal-text": refusalText,
  empty,
  truncated,
  json,
  tools,
} satisfies Record<CheckName, AnswerCheck>;
