/** One endpoint of the soak: its faults, how often it is called, and what the gateway may do about them. */
interface SoakEndpoint {
  readonly fault: string;
  readonly weight: number;
  readonly backup: boolean;
  readonly yaml?: string;
}

const faulty = (fault: string, rest: Partial<SoakEndpoint> = {}): SoakEndpoint => ({
  fault,
  weight: 1,
  backup: true,
  ...rest,
});

/** Seven calls in ten meet a healthy model; the others share these faults. */
export const SOAK_ENDPOINTS: Readonly<Record<string, SoakEndpoint>> = {
  healthy: faulty("healthy", { weight: 70, backup: false }),
  s01: faulty("s01", { weight: 2 }),
  s02: faulty("s02"),
  s03: faulty("s03", { weight: 2 }),
  s04: faulty("s04"),
  s05: faulty("s05", { weight: 2 }),
  s06: faulty("s06"),
  s07: faulty("s07"),
  s08: faulty("s08", { weight: 3 }),
  "s08-held": faulty("s08", { weight: 2, yaml: "hold_back: { characters: 1000, time: 5s }" }),
  s09: faulty("s09"),
  s10: faulty("s10", { weight: 2 }),
  s11: faulty("s11", { weight: 2 }),
  s12: faulty("s12"),
  s13: faulty("s13"),
  s15: faulty("s15", { weight: 2 }),
  hedged: faulty("s07", { yaml: "hedge: { after: 50ms }" }),
  alone: faulty("s04", { backup: false }),
  "error-first": faulty("error-first"),
  "error-inside": faulty("error-inside"),
  "split-bytes": faulty("split-bytes", { backup: false }),
  "huge-event": faulty("huge-event", { weight: 0.1 }),
  "big-stream": faulty("big-stream", { weight: 0.1, backup: false }),
};

const PRICE = "{ price: { input: 1, output: 2 } }";

/** The project that the soak serves: every endpoint has a provider of its own. */
export function soakProject(baseUrl: string): { readonly "rollward.yaml": string } {
  const entries = Object.entries(SOAK_ENDPOINTS);
  const provider = (name: string, models: readonly string[], breaker: string): string =>
    `  ${name}:\n    kind: openai-compatible\n    base_url: ${baseUrl}\n    breaker: ${breaker}\n` +
    `    models: { ${models.map((model) => `"${model}": ${PRICE}`).join(", ")} }\n`;
  // Only some have a breaker: an open one would keep the faults away.
  const providers = entries.map(([name, { fault }]) =>
    provider(name, [`${fault}.${name}`], name === "s15" || name === "s04" ? "{ probe_every: 500ms }" : "false"),
  );
  const endpoints = entries.map(([name, { fault, backup, yaml }]) => {
    const models = [`"${name}/${fault}.${name}"`, ...(backup ? [`"backup/healthy.backup"`] : [])];
    const lines = [
      `models: [${models.join(", ")}]`,
      "record: facts",
      "timeouts: { connect: 2s, first_token: 600ms, answer: 600ms, idle: 600ms, total: 5s }",
      "retries: { wait_before_fallback: 200ms, longest_wait: 1s }",
      ...(yaml === undefined ? [] : [yaml]),
    ];
    return `  ${name}:\n${lines.map((line) => `    ${line}\n`).join("")}`;
  });
  return {
    "rollward.yaml": `environment: production\nproviders:\n${providers.join("")}${provider("backup", ["healthy.backup"], "false")}endpoints:\n${endpoints.join("")}limits:\n  in_flight: 5000\n`,
  };
}
