import { describe, expect, test } from "vitest";
import { alertNow, endpointNow, MINUTE, THREE } from "../../../test/fixtures/now-samples.ts";
import { DEFAULT_RULES } from "../../domain/alerts/default-rules.ts";
import type { EndpointNow } from "../../domain/now/situation.ts";
import type { TroubleRecovery } from "./recoveries.ts";
import { withWellSince } from "./with-well-since.ts";

const WELL_AT = THREE - 30 * MINUTE;
const RAISED = alertNow({ rule: "errors-raised", since: THREE - 40 * MINUTE });
const OTHER = alertNow({ rule: "calls-refused" });
const RULES = { rules: DEFAULT_RULES, slos: [] };

const told = (endpoint: Partial<EndpointNow> = {}, find: () => Promise<TroubleRecovery> = wellAgain) =>
  withWellSince({ recoveries: { find }, rules: () => RULES }, [RAISED, OTHER], {
    environment: "production",
    endpoints: [endpointNow(endpoint)],
  });

const wellAgain = async (): Promise<TroubleRecovery> => ({ state: "well", recovery: { at: WELL_AT, cure: null } });

describe("an alert that goes on after its calls are well", () => {
  test("says since when they are, and no other alert does", async () => {
    expect(await told()).toEqual([{ ...RAISED, wellSince: WELL_AT }, OTHER]);
  });

  test("says nothing while they fail, or a budget of all callers refuses them, or nobody knows", async () => {
    const errors = { standing: "degraded", since: THREE, peak: 0.1, share: 0.1, calls: 10 } as const;
    expect(await told({ errors })).toEqual([RAISED, OTHER]);
    const overBudget = { calls: 9, since: null, shared: { calls: 9, share: 1, budgets: [] } };
    expect(await told({ overBudget })).toEqual([RAISED, OTHER]);
    expect(await told({}, async () => ({ state: "unknown" }))).toEqual([RAISED, OTHER]);
    expect(await told({}, () => Promise.reject(new Error("the database is away")))).toEqual([RAISED, OTHER]);
  });
});
