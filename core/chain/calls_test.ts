import assert from "node:assert/strict";
import { Interface, type InterfaceAbi } from "ethers";
import { abi } from "../protocol/abi.ts";
import { toHex, toWord, word } from "../protocol/codec.ts";
import {
  callPage,
  callPageUpTo,
  callView,
  fromAmount,
  fromQuantity,
  SELECTORS,
  toQuantity,
} from "./calls.ts";
import { TOPICS } from "./log_query.ts";
import type { Provider } from "./provider.ts";
import { startChain } from "./testing/chain.ts";

const ethersInterface = new Interface(abi as unknown as InterfaceAbi);
const CONTRACT = "0x00000000000000000000000000000000000000aa";

/** A node that answers every call with these words, and keeps what it was asked. */
function answering(words: bigint[]): Provider & { asked: unknown[] } {
  const asked: unknown[] = [];
  const result = `0x${words.map((value) => toHex(toWord(value)).slice(2)).join("")}`;
  return {
    asked,
    request: (call) => {
      asked.push(call);
      return Promise.resolve(result);
    },
  };
}

Deno.test("selectors and topics are those of the ABI", () => {
  for (const [name, selector] of Object.entries(SELECTORS)) {
    const view = ethersInterface.getFunction(name)!;
    assert.equal(view.selector, selector, name);
    assert.ok(view.inputs.every(({ type }) => /^(uint\d+|address)$/.test(type)), name);
  }
  for (const [name, topic] of Object.entries(TOPICS)) {
    assert.equal(ethersInterface.getEvent(name)!.topicHash, topic, name);
  }
});

Deno.test("a view is called with the same bytes as by ethers, at the block asked for", async () => {
  const provider = answering([1n]);
  const who = "0x00000000000000000000000000000000000000bb";
  const call = { contract: CONTRACT, words: 1 } as const;
  await callView(provider, { ...call, name: "owed", args: [7, who], block: { number: 300 } });
  await callView(provider, { ...call, name: "pot", args: [2n ** 200n] });
  const data = [
    ethersInterface.encodeFunctionData("owed", [7, who]),
    ethersInterface.encodeFunctionData("pot", [2n ** 200n]),
  ];
  assert.deepEqual(provider.asked, [
    { method: "eth_call", params: [{ to: CONTRACT, data: data[0] }, "0x12c"] },
    { method: "eth_call", params: [{ to: CONTRACT, data: data[1] }, "latest"] },
  ]);
});

Deno.test("an argument that is no word is refused", async () => {
  const call = { contract: CONTRACT, name: "pot", words: 1 } as const;
  for (const args of [[-1], [2n ** 256n], [0.5], ["0x12" as const]]) {
    await assert.rejects(callView(answering([1n]), { ...call, args }), RangeError);
  }
});

Deno.test("an answer of another length is refused", async () => {
  const call = { contract: CONTRACT, name: "pot", words: 2 } as const;
  for (const words of [[1n], [1n, 2n, 3n]]) {
    await assert.rejects(callView(answering(words), call), /pot of 0x.*expected 64 bytes/);
  }
  const wrong = { request: () => Promise.resolve({ length: 130 }) };
  await assert.rejects(callView(wrong, call), { name: "RangeError", message: /type object/ });
});

Deno.test("an address without the contract is named", async () => {
  await using chain = await startChain();
  const call = { contract: CONTRACT, name: "competitionCount", words: 1 } as const;
  await assert.rejects(callView(chain.provider, call), {
    name: "RangeError",
    message:
      `no DeML contract answers at ${CONTRACT}: is it the right address, and the right chain?`,
  });
});

Deno.test("a page comes without its offset and length", async () => {
  const call = { contract: CONTRACT, name: "seatsPage", width: 2, rows: 2 } as const;
  const page = await callPage(answering([32n, 4n, 5n, 6n, 7n, 8n]), call);
  assert.deepEqual([0, 1, 2, 3].map((i) => word(page, i)), [5n, 6n, 7n, 8n]);
  assert.equal(page.length, 128);
});

Deno.test("a page that is no array, or has other rows than it must, is refused", async () => {
  const call = { contract: CONTRACT, name: "seatsPage", width: 2, rows: 2 } as const;
  const wrong = [
    [],
    [32n],
    [32n, 0n],
    [32n, 2n, 1n, 2n],
    [32n, 3n, 1n, 2n, 3n, 4n],
    [64n, 4n, 1n, 2n, 3n, 4n],
    [32n, 6n, 1n, 2n, 3n, 4n, 5n, 6n],
  ];
  for (const words of wrong) await assert.rejects(callPage(answering(words), call), RangeError);
});

Deno.test("a page of up to so many rows may be shorter, but has whole rows", async () => {
  const call = { contract: CONTRACT, name: "seatsPage", width: 2, rows: 2 } as const;
  assert.equal((await callPageUpTo(answering([32n, 0n]), call)).length, 0);
  assert.equal((await callPageUpTo(answering([32n, 2n, 1n, 2n]), call)).length, 64);
  const wrong = [[32n, 1n, 1n], [32n, 6n, 1n, 2n, 3n, 4n, 5n, 6n]];
  for (const words of wrong) await assert.rejects(callPageUpTo(answering(words), call), RangeError);
});

Deno.test("numbers are written and read as JSON-RPC has them", () => {
  assert.equal(toQuantity(0), "0x0");
  assert.equal(toQuantity(10n ** 18n), "0xde0b6b3a7640000");
  assert.equal(fromQuantity("0x1fffffffffffff", "x"), 2 ** 53 - 1);
  for (const wrong of ["0x20000000000000", "0x", "12", "0x-1", "0x1 ", 7, null, undefined, {}]) {
    assert.throws(() => fromQuantity(wrong, "height"), /expected the height as a hexadecimal/);
  }
  assert.equal(fromAmount("0xde0b6b3a7640001", "x"), 10n ** 18n + 1n);
  for (
    const wrong of [`0x1${"0".repeat(64)}`, "0x", "12", "0x-1", "0x1 ", 7, null, undefined, {}]
  ) {
    assert.throws(() => fromAmount(wrong, "balance"), /expected the balance as a hexadecimal/);
  }
});
