/** A violation that stands with a reason. One that no longer occurs must be removed from this list. */
export interface Exception {
  readonly file: string;
  readonly rule: string;
  readonly reason: string;
}

/** Every place where a house rule is broken on purpose. Keep it short. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    file: "src/adapters/providers/local-gguf/gguf-process.ts",
    rule: "imports",
    reason: "an optional package that is no dependency, at a place that its test may choose",
  },
  {
    file: "src/kit/hash.ts",
    rule: "names",
    reason: "house.md names this leaf tool so; its functions name the algorithm",
  },
  { file: "src/config/units.ts", rule: "names", reason: "one small grammar per unit: durations, shares, prices" },
  { file: "src/contract/fields.ts", rule: "names", reason: "the fields that several messages of the wire share" },
  { file: "src/domain/evidence/grids.ts", rule: "names", reason: "a table of constants, named one by one" },
  { file: "console/lib/format.ts", rule: "names", reason: "one small writer per kind of number" },
  {
    file: "console/routes/registry.ts",
    rule: "names",
    reason: "house.md's word for the list that a thing is added to",
  },
  { file: "console/ui/field.tsx", rule: "names", reason: "the kinds of field that a form has" },
  { file: "src/domain/evidence/lambert-w.ts", rule: "names", reason: "the function names the branch too: W₋₁" },
];
