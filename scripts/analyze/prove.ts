/** A process of its own for the solver: reads `{path, contract, sources}` from stdin and prints what the compiler says. */
import { compile } from "./compiler.ts";

const { path, contract, sources } = await new Response(Deno.stdin.readable).json();
const output = compile(sources, {
  modelChecker: {
    engine: "bmc",
    solvers: ["z3"],
    contracts: { [path]: [contract] },
    targets: ["assert", "underflow", "overflow", "divByZero"],
    showProvedSafe: true,
    showUnproved: true,
    showUnsupported: true,
  },
});
console.log(JSON.stringify(output.errors ?? []));
