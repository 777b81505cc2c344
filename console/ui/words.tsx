import { Fragment } from "react";

/** A sentence of the server, in which `…` marks what is typed. */
export function Words({ text }: { text: string }) {
  return (
    <>
      {text.split("`").map((part, index) =>
        index % 2 === 1 ? (
          <code key={index} className="rounded-sm bg-hover px-1 py-px font-mono text-[0.92em] break-words">
            {part}
          </code>
        ) : (
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </>
  );
}
