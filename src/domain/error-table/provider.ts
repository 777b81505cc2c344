import type { ErrorRow } from "./row.ts";

/** What the provider did. */
export const PROVIDER_ERRORS = {
  provider_unusable: {
    status: 400,
    retryable: false,
    message: "The provider {provider} cannot be used: {reason}.",
    help: "Set it right where the server runs; `npm start` and `rollward apply` look at it anew.",
  },
  provider_unreachable: {
    status: 502,
    retryable: true,
    message: "The provider {provider} could not be reached: {reason}.",
    help: "Check `base_url` and the network; the call's attempts are in `rollward calls show {call}`.",
  },
  provider_timeout: {
    status: 504,
    retryable: true,
    message: "The provider {provider} did not answer in time: {phase} took more than {limitMs} ms.",
    help: "Raise `timeouts` in the endpoint's policies, or add a fallback model to the release.",
  },
  provider_rate_limited: {
    status: 429,
    retryable: true,
    message: "The provider {provider} answered 429 (rate limited).",
    help: "Wait as `Retry-After` says, or add a fallback model to the release.",
  },
  provider_error: {
    status: 502,
    retryable: true,
    message: "The provider {provider} answered {status}.",
    help: "The provider's own answer is in `rollward calls show {call}`.",
  },
  provider_refused_request: {
    status: 400,
    retryable: false,
    message: "The provider {provider} refused the request: {reason}",
    help: "The provider's own answer is in `rollward calls show {call}`.",
  },
  context_length_exceeded: {
    status: 400,
    retryable: false,
    message:
      "The conversation has {tokens} tokens and {reserved} are kept for the answer; the model takes {window} together.",
    help: "Send less, or ask for a shorter answer{advice}.",
  },
  provider_context_overflow: {
    status: 400,
    retryable: false,
    message: "The request is too long for the model at the provider {provider}: {reason}",
    help: "Send less, or name models with a larger context in `fallbacks.context_overflow` of the endpoint.",
  },
  provider_content_policy: {
    status: 400,
    retryable: false,
    message: "The provider {provider} refused the content: {reason}",
    help: "Nobody else was asked. A release that wants otherwise names models in `fallbacks.content_policy`.",
  },
  provider_unavailable: {
    status: 503,
    retryable: true,
    message: "The model {model} at the provider {provider} has failed repeatedly and is not asked at the moment.",
    help: "It is probed until it answers; a fallback model in the release would have stepped in.",
  },
  provider_credentials: {
    status: 502,
    retryable: false,
    message: "The provider {provider} refused our credentials (status {status}).",
    help: "Check the environment variable {variable} on the server.",
  },
  provider_bad_answer: {
    status: 502,
    retryable: true,
    message: "The provider {provider} answered with something that is not a completion: {reason}.",
    help: "Check that `base_url` points at an API and not at a web page.",
  },
  answer_rejected: {
    status: 502,
    retryable: true,
    message: "The answer did not pass the checks of its release: {reason}.",
    help: "Send the request again, or look at the call's findings with `rollward calls show`; `checks` of the endpoint says what is demanded.",
  },
  provider_cut: {
    status: 502,
    retryable: true,
    message: "The answer of the provider {provider} ended before it was complete: {reason}.",
    help: "What has arrived is incomplete; send the request again.",
  },
  answer_too_large: {
    status: 502,
    retryable: false,
    message: "The answer of the provider {provider} has more than {limitBytes} bytes.",
    help: "Lower `max_tokens`, or raise `limits.answer_bytes` in rollward.yaml.",
  },
} as const satisfies Record<string, ErrorRow>;
