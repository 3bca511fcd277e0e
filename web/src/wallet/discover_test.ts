import assert from "node:assert/strict";
import { discoverWallets } from "./discover.ts";

const INFO = { uuid: "u1", name: "Fox", icon: "data:image/svg+xml,x", rdns: "org.fox" };
const provider = { request: () => Promise.resolve(null) };

function announce(page: EventTarget, detail: unknown): void {
  page.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
}

Deno.test("discoverWallets() asks wallets to announce themselves and lists each once", () => {
  const page = new EventTarget();
  page.addEventListener("eip6963:requestProvider", () => announce(page, { info: INFO, provider }));
  const wallets = discoverWallets(page);
  announce(page, { info: INFO, provider });
  announce(page, { info: { ...INFO, uuid: "u2" }, provider });
  assert.deepEqual(wallets.value.map(({ uuid }) => uuid), ["u1", "u2"]);
});

Deno.test("discoverWallets() drops icons that are no images, and cuts long names", () => {
  const page = new EventTarget();
  const wallets = discoverWallets(page);
  const icon = "https://tracker.example/x.png";
  announce(page, { info: { ...INFO, icon, name: "n".repeat(99) }, provider });
  assert.equal(wallets.value[0]?.icon, undefined);
  assert.equal(wallets.value[0]?.name.length, 60);
});

Deno.test("discoverWallets() leaves out what does not have the standard's form", () => {
  const page = new EventTarget();
  const wallets = discoverWallets(page);
  for (
    const detail of [
      undefined,
      {},
      { info: INFO },
      { info: INFO, provider: {} },
      { info: { ...INFO, uuid: 7 }, provider },
      { info: { ...INFO, rdns: "" }, provider },
    ]
  ) announce(page, detail);
  assert.deepEqual(wallets.value, []);
});

Deno.test("discoverWallets() lists at most 32", () => {
  const page = new EventTarget();
  const wallets = discoverWallets(page);
  for (let i = 0; i < 40; i++) announce(page, { info: { ...INFO, uuid: `u${i}` }, provider });
  assert.equal(wallets.value.length, 32);
});
