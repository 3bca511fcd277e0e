/** The other side of the IPFS bench, in a worker of its own: one file, as plain bytes and by a gateway. */
import { addFile } from "../../core/ipfs/add.ts";
import { gateway } from "../../core/ipfs/gateway.ts";
import { MemoryStore } from "../../core/ipfs/store.ts";

const worker = self as unknown as {
  onmessage: (message: MessageEvent<Uint8Array<ArrayBuffer>>) => void;
  postMessage: (message: { base: string; cid: string }) => void;
};

worker.onmessage = async ({ data: file }) => {
  const store = new MemoryStore();
  const cid = `${await addFile(file, store)}`;
  const handler = gateway(store);
  Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: ({ port }) => worker.postMessage({ base: `http://127.0.0.1:${port}`, cid }),
  }, (request) => request.url.endsWith("/plain") ? new Response(file) : handler(request));
};
