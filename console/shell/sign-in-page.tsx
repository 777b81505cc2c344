import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { FormEvent } from "react";
import { LINK_FAULT_KEY, useSession, useSignIn } from "../lib/session.ts";
import { Button } from "../ui/button.tsx";
import { Input } from "../ui/field.tsx";
import { Problem } from "../ui/problem.tsx";
import { Logo } from "./logo.tsx";

/** Signs in with a key, which is sent once and not kept by the page. */
export function SignInPage() {
  const [key, setKey] = useState("");
  const signIn = useSignIn();
  const session = useSession();
  const linkFault = useQueryClient().getQueryData<Error>(LINK_FAULT_KEY);
  useEffect(() => {
    document.title = "Sign in · Rollward";
  }, []);
  const unreachable = session.error !== null && session.error.status !== 401 ? session.error : null;
  const fault = signIn.error ?? unreachable ?? linkFault ?? null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (key.trim() !== "") signIn.mutate(key.trim());
  };
  return (
    <main className="grid min-h-dvh place-items-center bg-canvas p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center gap-3">
          <Logo size={34} />
          <div>
            <h1 className="text-xl font-semibold tracking-tight">Rollward</h1>
            <p className="text-sm text-dim">Sign in to {location.host}</p>
          </div>
        </div>
        <form onSubmit={submit} className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5">
          <Input
            label="Admin key"
            type="password"
            name="key"
            autoComplete="current-password"
            spellCheck={false}
            autoFocus
            placeholder="rw_…"
            value={key}
            onChange={(event) => setKey(event.target.value)}
          />
          {fault !== null && <Problem error={fault} />}
          <Button kind="main" type="submit" disabled={key.trim() === "" || signIn.isPending}>
            {signIn.isPending ? "Signing in …" : "Sign in"}
          </Button>
        </form>
        <p className="mt-4 text-xs text-pretty text-faint">
          The server prints its first admin key when it starts for the first time, and on this machine a link that signs
          in with one click. <code className="font-mono">rollward console</code> makes another link.
        </p>
      </div>
    </main>
  );
}
