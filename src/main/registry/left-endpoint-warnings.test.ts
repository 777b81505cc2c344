import { expect, test } from "vitest";
import { releaseOf } from "../../../test/contracts/store-samples.ts";
import { targetsOf } from "../../domain/release/fault-policy.ts";
import { targetName } from "../../domain/release/parts.ts";
import { leftEndpointWarnings } from "./left-endpoint-warnings.ts";

const stable = { ...releaseOf("helper", "a"), number: 1 };
const asked = targetsOf(stable.content);
const routeIn = (environment: string) => ({ channel: { endpoint: "helper", environment }, stable }) as never;

function projectWith(endpoints: readonly string[], hasModels: boolean): never {
  const models = new Map(asked.map(({ model }) => [model, {}]));
  return {
    environment: "production",
    endpoints: new Map(endpoints.map((name) => [name, {}])),
    pools: new Map(),
    providers: new Map(hasModels ? asked.map(({ provider }) => [provider, { models }]) : []),
  } as never;
}

const SERVES = "The endpoint helper is no longer in the project and goes on serving helper@1";
const STOP = "`rollward pause helper` stops its calls.";

test("an endpoint that left the project and serves on is told of, with the models that it lost", () => {
  const routes = [routeIn("production")];
  expect(leftEndpointWarnings(projectWith(["helper"], true), routes)).toEqual([]);
  expect(leftEndpointWarnings(projectWith([], true), routes)).toEqual([`${SERVES}. ${STOP}`]);
  const names = asked.map((target) => targetName(target)).join(", ");
  expect(leftEndpointWarnings(projectWith([], false), routes)).toEqual([
    `${SERVES} without ${names}, which the project drops. ${STOP}`,
  ]);
});

test("what serves in another environment is not this project's", () => {
  expect(leftEndpointWarnings(projectWith([], false), [routeIn("staging")])).toEqual([]);
});
