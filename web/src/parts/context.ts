/** The application, for whatever part needs it. */
import { type Context, createContext } from "preact";
import { useContext } from "preact/hooks";
import type { App } from "../app.ts";

/** Holds the application for all parts below. */
export const AppContext: Context<App | undefined> = createContext<App | undefined>(undefined);

/** The application. @throws {Error} outside of an AppContext */
export function useApp(): App {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("useApp() works only below an AppContext");
  return app;
}
