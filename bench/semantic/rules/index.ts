import { certifiedRule } from "./certified.ts";
import { exactOnly, staticThreshold } from "./fixed-rules.ts";
import type { Rule } from "./rule.ts";
import { vcacheRule } from "./vcache.ts";

/** The rules under trial, in the order in which they are shown. */
export const RULES: readonly Rule[] = [
  exactOnly,
  staticThreshold(0.95),
  staticThreshold(0.9),
  vcacheRule(0.02),
  vcacheRule(0.05),
  certifiedRule(0.02, true),
  certifiedRule(0.05, true),
  certifiedRule(0.1, true),
  certifiedRule(0.05, false),
  certifiedRule(0.1, false),
];
