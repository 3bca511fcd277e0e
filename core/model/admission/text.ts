import { InvalidModel } from "../invalid.ts";

/**
 * The runtime quotes names in its messages, which tell INVALID from LOCAL: no name may end such a quote.
 *
 * @throws {InvalidModel} `name`
 */
export function checkText(name: string): void {
  if (!/['\p{Cc}]/u.test(name)) return;
  throw new InvalidModel(
    "name",
    `model: expected names without quotes and control characters, got ${
      JSON.stringify(name.slice(0, 100))
    }`,
  );
}
