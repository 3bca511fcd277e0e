import assert from "node:assert/strict";
import { loadConfig, parseConfig } from "./config.ts";

const URL_ = "https://example.org/ipfs/site/config.json";
const GOOD = {
  chainId: 31337,
  rpcUrls: ["http://127.0.0.1:8545"],
  contract: "0x5FbDB2315678afecb367f032d93F642f64180aa3",
  gateways: ["../"],
};

Deno.test("parseConfig() fills in defaults and resolves addresses", () => {
  assert.deepEqual(parseConfig(JSON.stringify(GOOD), URL_), {
    chainId: 31337,
    chainName: "chain 31337",
    currency: "ETH",
    rpcUrls: ["http://127.0.0.1:8545/"],
    contract: "0x5fbdb2315678afecb367f032d93f642f64180aa3",
    gateways: ["https://example.org/ipfs/"],
    explorer: undefined,
    pollSecs: 4,
  });
});

Deno.test("the configuration in the repository is valid", async () => {
  const file = new URL("../../public/config.json", import.meta.url);
  parseConfig(await Deno.readTextFile(file), file.href);
});

const WRONG: [string, unknown, RegExp][] = [
  ["chainId", "1", /chainId: expected a whole number .* got "1"/],
  ["chainId", 0, /chainId: expected a whole number from 1/],
  ["rpcUrls", [], /rpcUrls: expected a list of 1 to 16 addresses, got \[\]/],
  ["rpcUrls", ["javascript:alert(1)"], /rpcUrls\[0\]: expected an http\(s\) address/],
  ["gateways", undefined, /gateways: expected a list .* got nothing/],
  ["contract", "0x12", /contract: expected an address/],
  ["chainName", "x".repeat(61), /chainName: expected text of 1 to 60/],
  ["explorer", "ftp://x", /explorer: expected an http\(s\) address/],
  ["pollSecs", 0, /pollSecs: expected a whole number from 1 to 600/],
];
for (const [field, value, message] of WRONG) {
  Deno.test(`parseConfig() names ${field} when it is ${JSON.stringify(value)?.slice(0, 30)}`, () => {
    const text = JSON.stringify({ ...GOOD, [field]: value });
    assert.throws(() => parseConfig(text, URL_), { name: "SyntaxError", message });
  });
}

Deno.test("loadConfig() says when the file is missing, too large or no JSON", async () => {
  const answer = (body: string, status = 200) => ({
    fetch: () => Promise.resolve(new Response(body, { status })),
  });
  await assert.rejects(loadConfig(URL_, answer("", 404)), /expected a file .* got HTTP 404/);
  await assert.rejects(loadConfig(URL_, answer(" ".repeat(70_000))), /more than 65536 bytes/);
  await assert.rejects(loadConfig(URL_, answer("{")), /expected JSON/);
  await assert.rejects(loadConfig(URL_, answer("[]")), /expected an object, got \[\]/);
});
