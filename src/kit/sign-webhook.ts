import { createHmac, timingSafeEqual } from "node:crypto";

/** A message as it is signed. */
export interface WebhookMessage {
  /** Unique to the message; a repeated try has the same. */
  readonly id: string;
  /** When it is sent, epoch seconds. */
  readonly timestamp: number;
  readonly body: string;
}

/** What a secret may begin with; then base64 follows. Any other text is taken as it is. */
const PREFIX = "whsec_";

const keyOf = (secret: string): Buffer =>
  secret.startsWith(PREFIX) ? Buffer.from(secret.slice(PREFIX.length), "base64") : Buffer.from(secret);

/** A shorter key can be guessed from a message and its signature, bytes. */
export const LEAST_KEY_BYTES = 16;

/** Whether a secret is long enough to sign with: what follows `whsec_` may be nothing, or no base64. */
export const isLongEnough = (secret: string): boolean => keyOf(secret).length >= LEAST_KEY_BYTES;

/** The signature of a message: HMAC-SHA256 of `id.timestamp.body` as in the Standard Webhooks specification, `v1,<base64>`. */
export const signWebhook = (secret: string, { id, timestamp, body }: WebhookMessage): string =>
  `v1,${createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest("base64")}`;

/** The headers of a signed message. */
export const webhookHeaders = (secret: string, message: WebhookMessage): Readonly<Record<string, string>> => ({
  "content-type": "application/json",
  "webhook-id": message.id,
  "webhook-timestamp": String(message.timestamp),
  "webhook-signature": signWebhook(secret, message),
});

/** Whether one of the signatures in a header (separated by spaces) is that of the message. */
export function isSignedBy(secret: string, message: WebhookMessage, header: string): boolean {
  const wanted = Buffer.from(signWebhook(secret, message));
  return header.split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  });
}
