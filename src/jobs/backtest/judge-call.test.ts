import { expect, test } from "vitest";
import { factsOf } from "../../../test/contracts/store-samples.ts";
import type { CallFacts } from "../../domain/call/call-record.ts";
import { excuseOf } from "./judge-call.ts";

const excuse = (errorCode: CallFacts["errorCode"]) =>
  excuseOf({ facts: factsOf({ outcome: "failed", errorCode, attempts: [] }) });

test("what neither release can help excuses a failed call, also that the server was stopped", () => {
  expect(excuse("server_stopped")).toBe("here");
  expect(excuse("paused")).toBe("here");
  expect(excuse("budget_spent")).toBe("money");
  expect(excuse("provider_timeout")).toBe("provider");
  expect(excuse("provider_bad_answer")).toBeNull();
  expect(excuseOf({ facts: factsOf({ outcome: "ok", errorCode: null, attempts: [] }) })).toBeNull();
});
