import { expect, test } from "vitest";
import { openAlertWorld } from "../../../test/fixtures/alert-world.ts";

const MINUTE = 60_000;

const RULES = `alerts:
  defaults: false
  rules:
    bad: { errors_above: 5%, within: 5m, for: 2m, count: 3, severity: warning, endpoints: [bot] }
`;

test("an alert that waits to fire says its present value, as one that fires does", async () => {
  const opened = openAlertWorld(RULES);
  const { alerts, clock, watch } = opened;
  const [stateOf, turn] = [
    async () => (await alerts.states("production"))[0],
    async () => {
      clock.advance(15_000);
      await watch.turn();
    },
  ];
  await opened.count({ calls: 1_000, faults: 58 });
  await turn();
  expect(await stateOf()).toMatchObject({ status: "pending", version: 1, reading: { value: 0.058, count: 1_000 } });
  await opened.count({ calls: 1_000, faults: 260 });
  await turn();
  const waiting = await stateOf();
  expect(waiting).toMatchObject({ status: "pending", version: 1, reading: { value: 0.159, count: 2_000 } });
  expect(waiting?.summary).toBe("Errors of bot: 15.9 % (2000 calls in 5 min, limit 5 %).");
  clock.advance(2 * MINUTE);
  await turn();
  const firing = await stateOf();
  expect(firing).toMatchObject({ status: "firing", version: 2, summary: waiting?.summary });
  expect(firing?.reading).not.toHaveProperty("worst");
  await opened.close();
});
