import { createProvider } from "../../src/adapters/providers/index.ts";
import { createSimulatedServer } from "../../src/adapters/providers/simulated/create-simulated-server.ts";
import { systemClock } from "../../src/adapters/system/system-clock.ts";
import { startSageMakerFront } from "../fixtures/sagemaker-front.ts";
import { wireProviderContract } from "./provider.contract.ts";

// What it is sent, and its signature, is looked at in sagemaker.test.ts.
wireProviderContract({
  name: "sagemaker",
  takesKey: false,
  isWrapped: true,
  async open({ models, answerBytes }) {
    const container = await createSimulatedServer({ models, seed: 1, clock: systemClock });
    const front = await startSageMakerFront(container.url);
    const provider = await createProvider(
      {
        kind: "sagemaker",
        name: "sagemaker",
        region: "eu-central-1",
        baseUrl: front.origin,
        accessKeyEnv: "ACCESS_KEY",
        secretKeyEnv: "SECRET_KEY",
        sessionTokenEnv: "SESSION_TOKEN",
        breaker: null,
        allowPrivate: false,
        models: new Map(),
      },
      {
        environment: { ACCESS_KEY: "AKIDEXAMPLE", SECRET_KEY: "a-secret-of-the-test" },
        answerBytes,
        clock: systemClock,
      },
    );
    if (provider.speaks === null) throw new Error("SageMaker speaks the OpenAI wire.");
    return {
      provider,
      stats: () => ({ ...container.stats(), connections: front.connections() }),
      async close() {
        await provider.close();
        await front.close();
        await container.close();
      },
    };
  },
});
