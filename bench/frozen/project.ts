/** Pushes against its limit: it asks for more than it is let in. */
export const PUSHY = { tenant: "pushy", requestsPerMinute: 300 } as const;
/** Has a budget that ends during the run, pico-dollars. */
export const POOR = { tenant: "poor", budgetPico: 120_000_000_000n } as const;
/** What all calls together may cost in a day, pico-dollars: far from its end. */
export const COMPANY_PICO = 2_000_000_000_000_000n;

const usd = (pico: bigint): string => (Number(pico) / 1e12).toFixed(6);

/** What the replicas serve: limits, budgets and the exact cache on, for everybody. */
export const projectText = (upstreamPort: number): string => `environment: production
providers:
  mock:
    kind: openai-compatible
    base_url: http://127.0.0.1:${upstreamPort}/v1
    allow_private: true
    models:
      bench-1: { price: { input: 0.15, output: 0.60 } }
endpoints:
  support-bot:
    models: [mock/bench-1]
    parameters: { temperature: 0 }
    cache: { ttl: 1h, shared: endpoint }
limits:
  in_flight: 2000
  rates:
    everybody: { per: environment, requests: 120000/m, tokens: 200M/m }
    caller: { per: key, requests: 60000/m, concurrent: 1000 }
    pushy: { per: tenant, requests: ${PUSHY.requestsPerMinute}/m, only: { tenants: [${PUSHY.tenant}] } }
budgets:
  company: { per: environment, window: day, amount: ${usd(COMPANY_PICO)} }
  poor: { per: tenant, window: day, amount: ${usd(POOR.budgetPico)}, only: { tenants: [${POOR.tenant}] } }
`;
