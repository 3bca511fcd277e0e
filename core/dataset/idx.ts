import { type ByteStream, InvalidData } from "./bytes.ts";

/** Third byte of the header: the element type uint8, the only one read here. */
const UINT8 = 0x08;

/** What an IDX file must hold. */
export interface IdxShape {
  /** The first size in the header. */
  rows: number;
  /** Values of each row: the product of all sizes but the first; 1 for labels. */
  features: number;
  /** Names the file in errors. */
  what: string;
}

/**
 * The values of an IDX file of bytes, rows one after the other (`rows * features` values). Format:
 * 0, 0, type, number of sizes; each size as a big-endian uint32, rows first; then the values
 * (yann.lecun.com/exdb/mnist). Nothing is set aside on the word of the header.
 *
 * @throws {InvalidData} if the header differs from `shape` or the file is shorter or longer
 */
export async function readIdx(
  source: ByteStream,
  shape: IdxShape,
): Promise<Uint8Array> {
  const { rows, features, what } = shape;
  const length = rows * features;
  let values: Uint8Array | undefined;
  let header: Uint8Array = new Uint8Array(0);
  let headerBytes = 4;
  let filled = 0;
  for await (const chunk of source) {
    let at = 0;
    while (header.length < headerBytes && at < chunk.length) {
      const missing = headerBytes - header.length;
      header = Uint8Array.of(...header, ...chunk.subarray(at, at + missing));
      at += missing;
      if (header.length === 4) headerBytes = checkMagic(header, what);
      if (header.length === headerBytes) checkSizes(header, shape);
    }
    const rest = chunk.subarray(at);
    if (rest.length > length - filled) {
      throw new InvalidData(`${what}: expected ${length} values, got more`);
    }
    if (rest.length > 0) (values ??= new Uint8Array(length)).set(rest, filled);
    filled += rest.length;
  }
  if (values === undefined || filled < length) {
    throw new InvalidData(
      `${what}: expected ${length} values, got ${filled}; it is cut off`,
    );
  }
  return values;
}

/** Length of the header in bytes. */
function checkMagic(header: Uint8Array, what: string): number {
  const [zero, zero2, type, sizes] = header;
  if (zero !== 0 || zero2 !== 0 || type !== UINT8 || sizes === undefined || sizes < 1) {
    const magic = Array.from(header, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new InvalidData(`${what}: expected an IDX file of uint8 (00 00 08 ..), got ${magic}`);
  }
  return 4 + 4 * sizes;
}

function checkSizes(header: Uint8Array, { rows, features, what }: IdxShape): void {
  const view = new DataView(header.buffer, header.byteOffset + 4);
  const sizes = Array.from({ length: view.byteLength / 4 }, (_, i) => view.getUint32(4 * i));
  const perRow = sizes.slice(1).reduce((all, size) => all * size, 1);
  if (sizes[0] !== rows) {
    throw new InvalidData(`${what}: expected ${rows} rows, got ${sizes[0]}`);
  }
  if (perRow !== features) {
    throw new InvalidData(`${what}: expected ${features} values a row, got ${perRow} (${sizes})`);
  }
}
