import type { ErrorRow } from "./row.ts";

/** What is asked. */
export const REQUEST_ERRORS = {
  malformed_json: {
    status: 400,
    retryable: false,
    message: "The body is not valid JSON: {reason} at byte {offset}.",
    help: "Send one JSON document in UTF-8, without a byte order mark and without duplicate keys.",
  },
  invalid_request: {
    status: 400,
    retryable: false,
    message: "{reason}",
    help: "Correct the field named in `param` and send the request again.",
  },
  malformed_form: {
    status: 400,
    retryable: false,
    message: "The body is not a valid form: {reason} at byte {offset}.",
    help: "Send `multipart/form-data` with the boundary in the content type and every part named once.",
  },
  body_too_large: {
    status: 413,
    retryable: false,
    message: "The body has more than {limitBytes} bytes.",
    help: "Send a smaller body, or raise `limits.body_bytes` in rollward.yaml and apply it.",
  },
  unsupported_encoding: {
    status: 415,
    retryable: false,
    message: "The request body has the content encoding {encoding}.",
    help: "Send the body uncompressed.",
  },
  unsupported_media_type: {
    status: 415,
    retryable: false,
    message: "The request has the content type {type}.",
    help: "Send `Content-Type: application/json`; files go in a form, `multipart/form-data` with a boundary.",
  },
  malformed_http: {
    status: 400,
    retryable: false,
    message: "The HTTP request is not acceptable: {reason}.",
    help: "Send a plain HTTP/1.1 request with one Host header.",
  },
  route_not_found: {
    status: 404,
    retryable: false,
    message: "There is nothing at {method} {path}.",
    help: "`GET /api/openapi.json` lists every address; the base URL of an OpenAI SDK ends in `/v1`.",
  },
  endpoint_not_found: {
    status: 404,
    retryable: false,
    message: "There is no endpoint named {endpoint}.",
    help: "Existing endpoints: {known}. `GET /v1/models` lists what this key may call.",
  },
  model_not_found: {
    status: 404,
    retryable: false,
    message: "The model {model} is not configured.",
    help: "Configured under that provider: {known}. Add it to `providers` in rollward.yaml.",
  },
  release_not_found: {
    status: 404,
    retryable: false,
    message: "There is no release {release}.",
    help: "`rollward releases list <endpoint>` shows the releases that exist.",
  },
  routing_not_configured: {
    status: 404,
    retryable: false,
    message: "The release {release} has no routing: its first model answers every session.",
    help: "Add `routing` to the endpoint in rollward.yaml; docs/routing.md shows how.",
  },
  rollout_not_found: {
    status: 404,
    retryable: false,
    message: "There is no rollout {rollout}.",
    help: "`GET /api/rollouts` lists them.",
  },
  call_not_found: {
    status: 404,
    retryable: false,
    message: "There is no recorded call {call}.",
    help: "Records expire; `rollward calls list` shows what is kept.",
  },
  response_not_found: {
    status: 404,
    retryable: false,
    message: "There is no response {response}.",
    help: "Responses are kept for 30 days, or as long as the release keeps bytes, unless `store` is false; for the key that made them.",
  },
  previous_response_not_found: {
    status: 400,
    retryable: false,
    message: "There is no previous response {response}.",
    help: "Responses are kept for 30 days, or as long as the release keeps bytes, unless `store` is false; for the key that made them; send the conversation in `input`.",
  },
  budget_not_found: {
    status: 404,
    retryable: false,
    message: "There is no budget named {budget}.",
    help: "Existing budgets: {known}. `rollward budgets list` shows them.",
  },
  pause_not_found: {
    status: 404,
    retryable: false,
    message: "There is no pause {pause}.",
    help: "`rollward pauses --all` shows all of them.",
  },
  key_not_found: {
    status: 404,
    retryable: false,
    message: "There is no key {key}.",
    help: "`rollward keys list` shows the keys that exist.",
  },
  variable_missing: {
    status: 400,
    retryable: false,
    message: "The prompt of {endpoint} needs the variable {variable}.",
    help: "Send it in `variables` or `metadata` of the request: {declared}.",
  },
  field_owned_by_release: {
    status: 400,
    retryable: false,
    message: "The field {field} is set by the release {release} and cannot be sent as well.",
    help: "Leave it out of the request, or take it out of the release.",
  },
  untranslatable: {
    status: 400,
    retryable: false,
    message: "The field {field} cannot be sent to the provider {provider}.",
    help: "Leave the field out, or use a provider that speaks the dialect of the request.",
  },
  operation_not_offered: {
    status: 400,
    retryable: false,
    message: "The provider {provider} does not offer {operation}.",
    help: "Name a provider that does; docs/dialects.md lists which kinds take what.",
  },
} as const satisfies Record<string, ErrorRow>;
