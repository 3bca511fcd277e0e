/** What the compiler itself can say: its warnings, and whether the contract is what its interface says. */
import { compile, type Message, type Output, type Sources } from "./compiler.ts";

interface Parameter {
  type: string;
  components?: Parameter[];
  indexed?: boolean;
}

interface Entry {
  type: string;
  name?: string;
  inputs?: Parameter[];
  outputs?: Parameter[];
  stateMutability?: string;
}

/**
 * Findings of the compiler in the contract's sources, one line each: every warning, and each function, event or error
 * that the contract has and its interface has not, or the other way round.
 */
export function checkCompiler(sources: Sources): string[] {
  const output = compile(sources, { outputSelection: { "*": { "*": ["abi"] } } });
  const messages = (output.errors ?? []).map(({ formattedMessage }: Message) =>
    formattedMessage.trim()
  );
  if (output.errors?.some(({ severity }) => severity === "error")) return messages;
  return [...messages, ...compareAbis(output)];
}

function compareAbis(output: Output): string[] {
  const contract = entries(output, "contracts/DeML.sol", "DeML");
  const specification = entries(output, "contracts/interfaces/IDeML.sol", "IDeML");
  return [
    ...difference(contract, specification).map((entry) => `DeML has what IDeML has not: ${entry}`),
    ...difference(specification, contract).map((entry) => `IDeML has what DeML has not: ${entry}`),
  ];
}

/** Everything but the constructor, as text; the names of parameters do not matter to callers. */
function entries({ contracts }: Output, source: string, name: string): Set<string> {
  const abi = contracts?.[source]?.[name]?.abi as Entry[] | undefined;
  if (abi === undefined) throw new TypeError(`expected the contract ${name} in ${source}`);
  return new Set(abi.filter(({ type }) => type !== "constructor").map(signature));
}

function signature({ type, name, inputs, outputs, stateMutability }: Entry): string {
  const returns = outputs === undefined ? "" : ` ${stateMutability} returns (${types(outputs)})`;
  return `${type} ${name}(${types(inputs)})${returns}`;
}

function types(parameters: Parameter[] = []): string {
  return parameters.map(({ type, components, indexed }) => {
    const fields = components === undefined ? "" : ` (${types(components)})`;
    return `${type}${fields}${indexed ? " indexed" : ""}`;
  }).join(", ");
}

function difference(a: Set<string>, b: Set<string>): string[] {
  return [...a].filter((entry) => !b.has(entry));
}
