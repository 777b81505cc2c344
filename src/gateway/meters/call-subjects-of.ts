import type { CallSubjects } from "../../domain/limits/call-subjects.ts";
import type { ModelTarget } from "../../domain/release/release.ts";
import { NO_MODEL } from "../open-call.ts";
import type { Aim, OpenCall } from "../open-call.ts";
import { present } from "../present.ts";
import { userOf } from "../user-of.ts";

/** Who makes a call that is resolved, and what it is aimed at. */
export function callSubjectsOf(call: OpenCall): CallSubjects {
  const key = present(call.key);
  const aim = present(call.aim);
  const target = targetOf(aim);
  return {
    environment: call.settings.environment,
    tenant: key.tenant ?? null,
    keyId: key.id,
    user: userOf(present(call.request).body),
    endpoint: aim.type === "endpoint" ? aim.route.channel.endpoint : null,
    model: target === undefined || target.model === NO_MODEL ? null : `${target.provider}/${target.model}`,
  };
}

const targetOf = (aim: Aim): ModelTarget | undefined =>
  aim.type === "direct" ? aim.target : aim.route.stable.content.models[0];
