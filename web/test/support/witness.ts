/** Looks at every view as the test comes by: accessibility and overflow in two schemes and three widths, and pictures. */
import type { Page } from "playwright-core";
import { type TestBrowser, violations } from "./browser.ts";

const SIZES = [
  { name: "desktop", width: 1280, height: 800 },
  { name: "phone", width: 390, height: 844 },
  { name: "narrow", width: 320, height: 640 },
];

/** Collects what is wrong with the views. */
export interface Witness {
  /** Examines the view that is shown; takes pictures of it into DEML_SCREENSHOTS if that is set. */
  look(view: string): Promise<void>;
  /** Strikes out trouble that the test itself has made. */
  expect(pattern: RegExp): void;
  /** Everything found, one line each. */
  findings(): string[];
}

/** A witness for a browser's page. */
export function createWitness({ page, takeTrouble }: TestBrowser): Witness {
  const folder = Deno.env.get("DEML_SCREENSHOTS");
  let found: string[] = [];
  const collect = () => found.push(...takeTrouble());
  return {
    async look(view) {
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        for (const { name, ...viewport } of SIZES) {
          await page.setViewportSize(viewport);
          const where = `${view} (${colorScheme}, ${name})`;
          if (await overflows(page)) found.push(`${where}: wider than the screen`);
          if (name !== "narrow") {
            found.push(...(await violations(page)).map((v) => `${where}: ${v}`));
          }
          if (folder !== undefined) {
            await page.screenshot({ path: `${folder}/${view}-${name}-${colorScheme}.png` });
          }
        }
      }
      await page.setViewportSize(SIZES[0]!);
      await page.emulateMedia({ colorScheme: "light" });
    },
    expect(pattern) {
      collect();
      found = found.filter((line) => !pattern.test(line));
    },
    findings() {
      collect();
      return found;
    },
  };
}

function overflows(page: Page): Promise<boolean> {
  return page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
}
