import { expect, test } from "vitest";
import { openAlertWorld } from "../fixtures/alert-world.ts";
import { closedAfterEach } from "../fixtures/closed-after-each.ts";
import { startToldServer } from "../fixtures/told-server.ts";

const MINUTE = 60_000;

const kept = closedAfterEach();

test("calls that a budget of all callers refuses wake somebody, although none of them is a fault", async () => {
  const server = kept(await startToldServer());
  const text = `notifiers:
  hook: { kind: webhook, url: "${server.url}", secret_env: HOOK_SECRET }
alerts:
  notify: { critical: [hook], warning: [hook] }
`;
  const world = kept(openAlertWorld(text, { variables: { HOOK_SECRET: "a-secret-of-the-hook-0123456789" } }));
  const heard = (): readonly string[] =>
    server.taken.map(({ body }) => (body as { rollward: { reason: string } }).rollward.reason);
  for (let minute = 0; minute < 4; minute += 1) {
    await world.count({ calls: 100, refused: 100 });
    await world.live(MINUTE);
  }
  expect(heard()).toEqual(["fired"]);
  const firing = await world.alerts.firing("production");
  expect(firing).toMatchObject([{ rule: "calls-refused", severity: "critical", endpoint: "bot" }]);
  expect(firing[0]?.summary).toMatch(
    /^Calls of bot refused by a shared budget or limit: 100 % \(\d+ calls in 5 min, limit 25 %; by the budget company\)\.$/,
  );
  await world.live(10 * MINUTE);
  expect(heard()).toEqual(["fired", "resolved"]);
  expect(world.logged).toEqual(["calls-refused firing", "calls-refused resolved"]);
});
