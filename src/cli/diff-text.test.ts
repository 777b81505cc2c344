import { expect, test } from "vitest";
import { diffText } from "./diff-text.ts";

type Diff = Parameters<typeof diffText>[0];

const same = { form: "json", same: true, changes: [], cut: false } as const;
const changed = (path: string) => ({ path, kind: "changed", before: "1", after: "2" }) as const;

test("what was said comes first, and what differs between any two calls is only counted", () => {
  const facts = ["/id", "/at", "/stages/3/end_ms", "/attempts/0/end_ms", "/total_ms", "/attempts/0/status"].map(
    changed,
  );
  const diff = {
    facts: { form: "json", same: false, changes: facts, cut: false },
    request: same,
    upstream: { form: "none", same: false, changes: [], cut: false },
    answer: { form: "text", same: false, changes: [changed("/text/0")], cut: true },
  } as unknown as Diff;
  expect(diffText(diff).split("\n")).toEqual([
    "answer: different",
    "  - /text/0  1",
    "  + /text/0  2",
    "  … and more",
    "request: the same",
    "upstream: not kept of both",
    "facts: different",
    "  - /total_ms  1",
    "  + /total_ms  2",
    "  - /attempts/0/status  1",
    "  + /attempts/0/status  2",
    "  4 more in ids and times of stages, as between any two calls: --json shows them",
  ]);
});
