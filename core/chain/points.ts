/**
 * Points of BLS12-381 as the contract has them (EIP-2537: field elements in 64 big-endian bytes) in the compressed form
 * that drand and everything else use. Only the form changes: the contract has verified the points.
 */

const PADDED_BYTES = 64;
const FIELD_BYTES = 48;
const COMPRESSED = 0x80;
const GREATER = 0x20;
/** (p - 1) / 2 of BLS12-381's base field. */
const HALF =
  0x0d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555n;

/** A point of G1 (128 bytes) in its compressed form (48). @throws {RangeError} for a wrong length or padding */
export function compressG1(point: Uint8Array): Uint8Array {
  const [x, y] = elements(point, 2);
  return compress([x!], [y!]);
}

/** A point of G2 (256 bytes) in its compressed form (96). @throws {RangeError} for a wrong length or padding */
export function compressG2(point: Uint8Array): Uint8Array {
  const [xReal, xImaginary, yReal, yImaginary] = elements(point, 4);
  return compress([xImaginary!, xReal!], [yImaginary!, yReal!]);
}

function elements(point: Uint8Array, count: number): Uint8Array[] {
  if (point.length !== count * PADDED_BYTES) {
    throw new RangeError(`expected a point of ${count * PADDED_BYTES} bytes, not ${point.length}`);
  }
  return Array.from({ length: count }, (_, i) => {
    const padded = point.subarray(i * PADDED_BYTES, (i + 1) * PADDED_BYTES);
    if (padded.subarray(0, PADDED_BYTES - FIELD_BYTES).every((byte) => byte === 0)) {
      return padded.subarray(PADDED_BYTES - FIELD_BYTES);
    }
    throw new RangeError(`expected field element ${i} of a point to start with 16 zero bytes`);
  });
}

/** Coordinates with their most significant part first, as they are compared and written. */
function compress(x: Uint8Array[], y: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(x.length * FIELD_BYTES);
  x.forEach((part, i) => bytes.set(part, i * FIELD_BYTES));
  const decisive = y.map(toBigInt).find((part) => part !== 0n) ?? 0n;
  bytes[0]! |= COMPRESSED | (decisive > HALF ? GREATER : 0);
  return bytes;
}

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
