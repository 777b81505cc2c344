import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { openAiCompletions } from "../dialects/openai-completions/index.ts";
import { arrivalOf } from "./arrival-of.ts";
import type { CallRoute } from "./call-route.ts";

/** `POST /v1/completions`: OpenAI's older completions. */
export const completions = (gateway: Gateway): CallRoute => ({
  path: "/v1/completions",
  serve: (request) => handle(gateway, { ...arrivalOf(request), dialect: openAiCompletions }),
});
