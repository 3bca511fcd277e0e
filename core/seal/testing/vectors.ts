/**
 * Fixed boxes and sealed bytes, so that the format can never drift. They were made without this folder's code: the boxes
 * by tlock-js 0.9.0 for round 1000 of quicknet, the bodies by OpenSSL's AES-256-GCM through `node:crypto`.
 */
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { fromHex } from "../../protocol/codec.ts";
import type { Hex } from "../../protocol/types.ts";
import type { PayloadOwner } from "../sealed.ts";

/** The round that all of them open with. */
export const ROUND = 1_000;

/** The key in the boxes: 0, 1, ..., 31. */
export const KEY: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i);

/** Boxes of the key. H3 finds the scalar of each at its first, second and third try. */
export const BOXES: readonly Uint8Array[] = ([
  "0x8f4a7c4699fbaeb5869bb740a90f8681683ea3f688427d284ca2d71663e28ba728dac9172faa464a354d5b6e380e77fe025bc05dbcfa8069f3c081aa179063dc9ada8d3631d47de3d5529c1994ab7811f7b10f78a0520d3699ceedc97a19964689c70bb06cff0c7c606b594a95e9b4709b0cfe22022fdaae6b3a0ca9922d94740779525e7e1030d3e1184edc7460862639e4c1fcce620712a845c7ecb9a86aaa",
  "0xa515a0941bf9c11ca03c70d193492bebdaa6b3654c96ab25baa199cc530d53839737b32541c66f1709511905f8f7715a135fd1ed39df6933cca38e64e1a6e31e980a86ec11c1313ca6c332d7cf2871b429d46657822dc029a288135d3dbdc1d24fd268ace392ce0bfb593c2ed728f29b64f8c30eae37d19437e768a461cc3d8d383512ac2808d5df94c6a537b119aad1a6ae283962332221246784c6576058cc",
  "0xa7bd4e72d1536a3695aecfa69caddc55f4a311ba12aec3ab5901350fcf65842403adf7388c67c4540a48c562f57ef25810c898942af7d42e516618d1e6d212b49007f766e9111b203d99a3e3462f7ef27a29f44413de3a408cd999e0ef73a8b2e2d54f76b617fd7f4fca6411c5bcc88c1b2419f28e8d900257ff0e10c9a231442c85b4ddffd9218502b8dca96a53500e549f762c92f8ac48647a18f27f02d376",
] satisfies Hex[]).map((text) => fromHex(text, { length: 160 }));

/** What was sealed. */
export const PLAIN: Uint8Array = utf8ToBytes("a packed model");

/** Whose payload the first of the sealed bytes is. */
export const OWNER: PayloadOwner = {
  chainId: 11_155_111,
  contract: `0x${"c0".repeat(20)}`,
  id: 7,
  author: `0x${"a1".repeat(20)}`,
};

/** The plain bytes, sealed as the owner's payload. */
export const SEALED_PAYLOAD: Uint8Array = sealed(
  "0x87380c4c26a067db4208e8b762167694f56b49fbb89a2eac5fe2cf8eab6b",
);

/** The plain bytes, sealed as a file of a test set. */
export const SEALED_TEST_SET: Uint8Array = sealed(
  "0x87380c4c26a067db4208e8b76216dea35859762f101f1851b861961c3295",
);

function sealed(body: Hex): Uint8Array {
  const nonce = Uint8Array.from({ length: 12 }, (_, i) => 0xa0 + i);
  const head = concatBytes(utf8ToBytes("DEML"), Uint8Array.of(1), BOXES[0]!, nonce);
  return concatBytes(head, fromHex(body, { length: PLAIN.length + 16 }));
}
