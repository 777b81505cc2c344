/** JSON in plain ASCII, so that characters are bytes. */
export const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** An error in OpenAI's form. */
export const errorBody = (message: string, type: string, code: string | null): string =>
  asciiJson({ error: { message, type, param: null, code } });
