/** What one trial serves. */
export interface TrialProject {
  readonly upstreamPort: number;
  /** Makes every trial's release another one. */
  readonly trial: number;
  readonly model: "good-1" | "bad-1";
}

/** Half of the new sessions to the candidate at once, so that every replica serves it. */
export const projectText = ({ upstreamPort, trial, model }: TrialProject): string => `environment: production
providers:
  mock:
    kind: openai-compatible
    base_url: http://127.0.0.1:${upstreamPort}/v1
    allow_private: true
    breaker: false
    models:
      good-1: { price: { input: 0.15, output: 0.60 } }
      bad-1: { price: { input: 0.15, output: 0.60 } }
endpoints:
  support-bot:
    record: facts
    models: [mock/${model}]
    parameters: { temperature: ${(trial / 1_000).toFixed(3)} }
    rollout:
      steps: [{ weight: 50%, min_duration: 1h, min_sessions: 0 }, 100%]
      drain: 0s
      on_new_release: queue
`;
