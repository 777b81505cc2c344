import { RollwardError } from "../../domain/errors.ts";

/** The address of a provider without a slash at its end. Throws `invalid_request` when it cannot be used. */
export function providerAddress(name: string, baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl.replace(/\/$/, "")) : null;
  const isUsable =
    url !== null &&
    (url.protocol === "https:" || url.protocol === "http:") &&
    url.username === "" &&
    url.password === "";
  if (isUsable) return url;
  // The address itself may hold a password, so it is not part of the message.
  const reason = `The base URL of the provider ${name} is not an http or https address without user information.`;
  throw new RollwardError("invalid_request", { reason });
}
