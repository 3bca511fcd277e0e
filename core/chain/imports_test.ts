import assert from "node:assert/strict";

/** npm packages that a file of this folder brings along, by itself and by what it imports. */
async function packagesOf(file: string): Promise<Set<string>> {
  const path = new URL(file, import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), { args: ["info", "--json", path] });
  const { modules } = JSON.parse(new TextDecoder().decode((await command.output()).stdout));
  const names = modules.map(({ npmPackage }: { npmPackage?: string }) => npmPackage)
    .filter((name: string | undefined) => name !== undefined);
  return new Set(names.map((name: string) => name.replace(/(.)@.*$/, "$1")));
}

Deno.test("reading, explaining errors and sending through a wallet bring no ABI coder along", async () => {
  const light = ["rpc", "reader", "payload", "logs", "errors", "sender"];
  for (const file of light) {
    const packages = await packagesOf(`./${file}.ts`);
    assert.equal(packages.has("ethers"), false, file);
  }
  assert.ok((await packagesOf("./writes.ts")).has("ethers"));
});
