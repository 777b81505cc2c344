import type { Gateway } from "../../gateway/gateway.ts";
import { handle } from "../../gateway/handle.ts";
import { cacheWishIn, checkCacheWish } from "../cache-wish.ts";
import { openAiChat } from "../dialects/openai-chat/index.ts";
import { arrivalOf } from "./arrival-of.ts";
import type { CallRoute } from "./call-route.ts";

/** `POST /v1/chat/completions` in OpenAI's dialect. */
export const chatCompletions = (gateway: Gateway): CallRoute => ({
  path: "/v1/chat/completions",
  check: checkCacheWish,
  serve: (request) => handle(gateway, { ...arrivalOf(request), dialect: openAiChat, cacheWish: cacheWishIn(request) }),
});
