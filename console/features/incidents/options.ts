/** How much the public may be hurt, and what stands for it. */
export const IMPACT_OPTIONS = [
  ["none", "none: nobody notices"],
  ["minor", "minor: some do"],
  ["major", "major: many do"],
  ["critical", "critical: nobody can work"],
] as const;

/** States of an incident in their order. */
export const STATE_OPTIONS = [
  ["investigating", "investigating"],
  ["identified", "identified: the cause is known"],
  ["monitoring", "monitoring: mended, being watched"],
  ["resolved", "resolved"],
] as const;
