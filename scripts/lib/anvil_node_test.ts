import assert from "node:assert/strict";
import { anvilPackage, findAnvil, startAnvil } from "./anvil_node.ts";

const ignore = findAnvil() === undefined;
if (ignore) console.log(`anvil is not tested: npm has not installed ${anvilPackage()}`);

Deno.test({
  name: "anvil that cannot start says why",
  ignore,
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await assert.rejects(startAnvil({ port: listener.addr.port }), {
      message: /the local chain ended with code 1:\n[^]*Address already in use/,
    });
  },
});
