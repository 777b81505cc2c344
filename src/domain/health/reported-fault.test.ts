import { expect, test } from "vitest";
import { reportedFault } from "./reported-fault.ts";

test.each([
  ["an error inside its answer: content_policy_violation, No.", "provider_content_policy"],
  ["an error inside its answer: content_filter, The response was filtered", "provider_content_policy"],
  ["an error inside its answer: context_length_exceeded, Too long", "provider_context_overflow"],
  ["an error inside its answer: invalid_request_error, prompt is too long: 9 tokens > 8", "provider_context_overflow"],
  ["an error inside its answer: rate_limit_error, Slow down", "provider_rate_limited"],
  ["an error inside its answer: overloaded_error, Overloaded", "provider_error"],
  ["an error inside its answer", "provider_error"],
] as const)("%j is %s", (reason, code) => {
  expect(reportedFault("vendor", reason)).toMatchObject({ code, details: { provider: "vendor", reason } });
});
