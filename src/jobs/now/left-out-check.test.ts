import { expect, test } from "vitest";
import { OUTSIDE_RULE } from "../../domain/alerts/tell-groups.ts";
import { MOST_OUTSIDE } from "../alerts/hear-alerts.ts";
import { leftOutCheck } from "./left-out-check.ts";

const firing = (outside: number) => [
  { rule: "errors" },
  ...Array.from({ length: outside }, () => ({ rule: OUTSIDE_RULE })),
];

test("says that alerts of other systems are left out once as many fire as are kept, and nothing before", () => {
  expect(leftOutCheck(firing(MOST_OUTSIDE - 1))).toEqual([]);
  expect(leftOutCheck(firing(MOST_OUTSIDE))).toEqual([
    {
      check: "alerts",
      state: "warning",
      detail: "2,000 alerts of other systems fire, which is the most that are kept: new ones are left out",
    },
  ]);
});
