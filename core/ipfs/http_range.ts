/** Ranges and conditions of HTTP (RFC 9110 sections 13 and 14), and the like of trustless gateways. */

/** A range of bytes. */
export interface ByteRange {
  /** The first byte. */
  from: number;
  /** The byte after the last. */
  to: number;
}

/**
 * The range that a `Range` header asks of `size` bytes: undefined means all of them (no header, several
 * ranges, another unit or nonsense, all of which a server may ignore), "unsatisfiable" asks for a 416.
 */
export function parseRange(
  header: string | null,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.replaceAll(" ", "") ?? "");
  const [first, last] = [match?.[1] ?? "", match?.[2] ?? ""];
  if (first === "" && last === "") return undefined;
  if (first === "") {
    const count = Math.min(Number(last), size);
    return count === 0 ? "unsatisfiable" : { from: size - count, to: size };
  }
  const from = Number(first);
  const to = last === "" ? size : Math.min(Number(last) + 1, size);
  if (last !== "" && Number(last) < from) return undefined;
  return from >= size ? "unsatisfiable" : { from, to };
}

/**
 * The range of an `entity-bytes` parameter (https://specs.ipfs.tech/http-gateways/trustless-gateway/):
 * `from:to`, both included, negative ones counted from the end, `*` for the end.
 *
 * @throws {SyntaxError} if the text is not such a range.
 */
export function parseEntityBytes(text: string, size: number): ByteRange {
  const match = /^(-?\d{1,15}):(-?\d{1,15}|\*)$/.exec(text);
  if (match === null) {
    throw new SyntaxError(
      `Expected entity-bytes such as 0:1023 or 4096:*, got "${text.slice(0, 60)}"`,
    );
  }
  const place = (digits: string) => {
    const value = Number(digits);
    return value < 0 || Object.is(value, -0) ? Math.max(0, size + value) : value;
  };
  const to = match[2] === "*" ? size : place(match[2]!) + 1;
  return { from: place(match[1]!), to: Math.min(to, size) };
}

/** Whether an `If-None-Match` header names `etag` (compared weakly, as it must be). */
export function matchesEtag(header: string | null, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, "");
  return (header ?? "").split(",").some((tag) =>
    tag.trim() === "*" || opaque(tag) === opaque(etag)
  );
}
