import type { ComponentChildren } from "preact";
import { type Quote, totalOf } from "../chain/quote.ts";
import { useApp } from "./context.ts";
import { formatCoins, formatInteger } from "./format.ts";
import { Notice } from "./Notice.tsx";

/** What transactions cost, and whether the account has it. */
export function Costs(
  { quote, valueLabel }: { quote: Quote; valueLabel?: string | undefined },
): ComponentChildren {
  const { currency } = useApp().config;
  const { gas, gasPrice, value, balance } = quote;
  const total = totalOf(quote);
  const coins = (wei: bigint) => `${formatCoins(wei)} ${currency}`;
  return (
    <>
      <table class="costs">
        <tbody>
          {valueLabel !== undefined && (
            <tr>
              <th scope="row">{valueLabel}</th>
              <td>{coins(value)}</td>
            </tr>
          )}
          <tr>
            <th scope="row">
              Network fee, about <span>{formatInteger(gas)} gas</span>
            </th>
            <td>{coins(BigInt(gas) * gasPrice)}</td>
          </tr>
          <tr class="total">
            <th scope="row">Total</th>
            <td>{coins(total)}</td>
          </tr>
        </tbody>
      </table>
      {balance < total
        ? <Notice kind="bad">Your account has {coins(balance)}: not enough for this.</Notice>
        : (
          <p class="muted small">
            Your account has {coins(balance)}. Your wallet shows the final fee.
          </p>
        )}
    </>
  );
}
