import { z } from "zod";
import { endpointName, idOf, instant } from "./fields.ts";
import { defineRoute } from "./route.ts";

/** Whose calls a key makes. */
const tenantName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
    "is no name of a tenant: those have letters, digits, dots, dashes and underscores, at most 63",
  );

/** What a key may do. */
export const keyScope = z.enum(["inference", "direct", "flags", "preview", "admin"]);

/** What the holder of a key may decide. */
const roleName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "is no name of a role: those have lower-case letters, digits and ._-");

/** A key without its secret. */
export const keyView = z.object({
  id: z.string(),
  prefix: z.string(),
  name: z.string(),
  scopes: z.array(keyScope),
  endpoints: z.array(z.string()).nullable(),
  created_at: instant,
  expires_at: instant.nullable(),
  revoked_at: instant.nullable(),
  tenant: z.string().nullable(),
  roles: z.array(z.string()).describe("what its holder may decide at gates, e.g. approver"),
  environment: z.string().describe("where its calls go"),
});

export const listKeys = defineRoute({
  method: "GET",
  path: "/api/keys",
  perEnvironment: true,
  summary: "All keys, without secrets",
  answer: z.object({ data: z.array(keyView) }),
});

export const createKey = defineRoute({
  method: "POST",
  path: "/api/keys",
  perEnvironment: true,
  summary: "Creates a key; the secret is in this answer and nowhere else",
  body: z.strictObject({
    name: z.string().min(1).max(100),
    scopes: z.array(keyScope).min(1).default(["inference"]),
    endpoints: z.array(endpointName).min(1).nullable().default(null),
    expires_at: instant.nullable().default(null),
    tenant: tenantName.nullable().default(null),
    roles: z.array(roleName).max(20).default([]),
  }),
  answer: z.object({ key: keyView, secret: z.string() }),
});

export const revokeKey = defineRoute({
  method: "DELETE",
  path: "/api/keys/{key}",
  perEnvironment: true,
  summary: "Revokes a key at once",
  params: z.strictObject({ key: idOf("key") }),
  answer: keyView,
});
