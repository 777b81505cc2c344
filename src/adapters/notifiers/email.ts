import { isIP } from "node:net";
import type SMTPTransport from "nodemailer/lib/smtp-transport";
import type { Telling, TellingAlert } from "../../domain/alerts/delivery.ts";
import type { EmailSettings } from "../../domain/alerts/notifier-settings.ts";
import { sha256Hex } from "../../kit/hash.ts";
import type { Notifier, NotifierAnswer } from "../../ports/notifier.ts";
import { connectionTrouble, guardedAddress, noteOf } from "./post-json.ts";
import type { NotifierGround } from "./notifier-ground.ts";
import { readSecret } from "./read-secret.ts";

/** Longest wait for a connection, a greeting or an answer, ms. */
const ANSWER_MS = 10_000;
const MOST_SUBJECT = 200;

/** Mail by SMTP, one message to all addresses. */
export const createEmail =
  (settings: EmailSettings, ground: NotifierGround): Notifier =>
  async ({ id, telling }) => {
    const signIn = signInOf(settings, ground);
    if (signIn !== null && "trouble" in signIn) return signIn;
    const { host, allowPrivate, from, to } = settings;
    try {
      const address = await guardedAddress(host, allowPrivate);
      const { createTransport } = await import("nodemailer");
      const transport = createTransport({
        ...connectionOf(settings, address, ground),
        ...(signIn !== null && { auth: signIn }),
      });
      const thread = `<${sha256Hex(telling.dedupKey).slice(0, 32)}@rollward>`;
      const sent = await transport.sendMail({
        from,
        to: [...to],
        ...(telling.letter ?? { subject: subjectOf(telling), text: textOf(telling) }),
        // The same for every try, so that a mail server can tell a repeated one.
        messageId: `<${id}@rollward>`,
        references: thread,
        inReplyTo: thread,
        headers: {
          "X-Rollward-Severity": telling.severity,
          "X-Rollward-Reason": telling.reason,
          "Auto-Submitted": "auto-generated",
        },
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      return { isSent: true, note: noteOf(sent.response) };
    } catch (error) {
      return troubleOf(error);
    }
  };

type SignIn = { readonly user: string; readonly pass: string } | Extract<NotifierAnswer, { readonly isSent: false }>;

function signInOf({ userEnv, passwordEnv }: EmailSettings, { variables }: NotifierGround): SignIn | null {
  if (userEnv === null || passwordEnv === null) return null;
  const [user, password] = [readSecret(variables, userEnv), readSecret(variables, passwordEnv)];
  if ("trouble" in user) return user;
  return "trouble" in password ? password : { user: user.text, pass: password.text };
}

const connectionOf = (
  { host, port, security }: EmailSettings,
  address: string,
  { mailCa }: NotifierGround,
): SMTPTransport.Options => ({
  host: address,
  port,
  name: "rollward",
  secure: security === "tls",
  requireTLS: security === "starttls",
  ignoreTLS: security === "none",
  tls: {
    ...(isIP(host) === 0 && { servername: host }),
    minVersion: "TLSv1.2",
    ...(mailCa !== undefined && { ca: mailCa }),
  },
  connectionTimeout: ANSWER_MS,
  greetingTimeout: ANSWER_MS,
  socketTimeout: ANSWER_MS,
});

/** SMTP says by 5xx that another try cannot help; a certificate or a sign-in may be put right meanwhile. */
function troubleOf(error: unknown): NotifierAnswer {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown };
  if (typeof responseCode === "number") {
    const isSignIn = code === "EAUTH";
    return {
      isSent: false,
      trouble: `it answered ${responseCode}${isSignIn ? " to the sign-in" : ""}`,
      isFinal: responseCode >= 500 && !isSignIn,
    };
  }
  return connectionTrouble(error, false);
}

/** One line, without characters that could end it. */
const subjectOf = ({ reason, status, severity, title, environment }: Telling): string =>
  noteOf(`[${reason === "test" ? "test" : status === "resolved" ? "over" : severity}] ${environment}: ${title}`).slice(
    0,
    MOST_SUBJECT,
  );

function textOf({ title, alerts, more, at, by, url }: Telling): string {
  return [
    title,
    ...(by === null ? [] : [`Acknowledged by ${by}.`]),
    "",
    ...alerts.flatMap(linesOf),
    ...(more > 0 ? [`${more} more are not shown.`, ""] : []),
    `Sent by Rollward at ${new Date(at).toISOString()}.`,
    ...(url === null ? [] : [url]),
    "",
  ].join("\n");
}

const linesOf = ({ status, severity, summary, runbook, startsAt, endsAt }: TellingAlert): readonly string[] => [
  `${status === "resolved" ? "over" : severity}: ${summary}`,
  `  since ${new Date(startsAt).toISOString()}${endsAt === null ? "" : `, over at ${new Date(endsAt).toISOString()}`}`,
  ...(runbook === null ? [] : [`  runbook: ${runbook}`]),
  "",
];
