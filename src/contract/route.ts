import { z } from "zod";

/** Who may use an address: nobody has to be known, a key that may call endpoints, one with a role, or one with the scope `admin`. */
export type Access = "open" | "inference" | "approver" | "admin";

/** One address of the admin API, or of the data API where no other program has set its form: the table that routing, validation and OpenAPI share. */
export interface ApiRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `{parameters}` as in OpenAPI. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /**
   * Whether it takes `?environment=`; without it the server's own environment is meant, or that of the key. `new` takes
   * one that is not served yet.
   */
  readonly perEnvironment: boolean | "new";
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType;
}

const NOTHING = z.strictObject({});

/** Fills in what a route does not take. */
export function defineRoute<
  A extends z.ZodType,
  P extends z.ZodObject = typeof NOTHING,
  Q extends z.ZodObject = typeof NOTHING,
  B extends z.ZodType | null = null,
>(route: {
  method: ApiRoute["method"];
  path: string;
  summary: string;
  answer: A;
  access?: Access;
  perEnvironment?: ApiRoute["perEnvironment"];
  params?: P;
  query?: Q;
  body?: B;
}): {
  method: ApiRoute["method"];
  path: string;
  summary: string;
  access: Access;
  perEnvironment: ApiRoute["perEnvironment"];
  params: P;
  query: Q;
  body: B;
  answer: A;
} {
  return {
    method: route.method,
    path: route.path,
    summary: route.summary,
    access: route.access ?? "admin",
    perEnvironment: route.perEnvironment ?? false,
    params: route.params ?? (NOTHING as unknown as P),
    query: route.query ?? (NOTHING as unknown as Q),
    body: route.body ?? (null as B),
    answer: route.answer,
  };
}
