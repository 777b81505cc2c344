import { mostImageTokens } from "../../domain/context/image-tokens.ts";
import { tokensOfBytes } from "../../domain/money/estimate-usage.ts";
import { imageSizesSent } from "./image-bytes-sent.ts";

/**
 * Tokens that a rendered request is likely to have at a model, where its provider did not count them: by its bytes, but for
 * the images that it brings along. What is set aside for these goes by the image, too, and must not be less.
 */
export function likelyRequestTokens(body: Buffer, model: string): number {
  const images = imageSizesSent(body);
  const perImage = mostImageTokens(model);
  const text = body.length - images.reduce((sum, bytes) => sum + bytes, 0);
  return images.reduce((sum, bytes) => sum + Math.min(perImage, tokensOfBytes(bytes)), tokensOfBytes(text));
}
