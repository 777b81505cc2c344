/** Where the dialects are spoken whose requests are one document. */
export const CALL_ADDRESSES: Readonly<Record<string, string>> = {
  "openai-chat": "/v1/chat/completions",
  "openai-responses": "/v1/responses",
  "anthropic-messages": "/v1/messages",
  "openai-embeddings": "/v1/embeddings",
  "openai-completions": "/v1/completions",
  "openai-moderations": "/v1/moderations",
};
