/** Starts the site. */
import { render } from "preact";
import { createApp } from "./app.ts";
import { loadConfig } from "./chain/config.ts";
import { messageOf } from "./chain/explain.ts";
import { Site } from "./views/Site.tsx";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/parts.css";
import "./styles/views.css";

const root = document.getElementById("app")!;
try {
  const config = await loadConfig(new URL("config.json", document.baseURI).href);
  root.replaceChildren();
  render(<Site app={createApp(config, globalThis.window)} />, root);
} catch (error) {
  const message = document.createElement("p");
  message.role = "alert";
  message.className = "frame fatal";
  message.textContent = `The site cannot start. ${messageOf(error)}`;
  root.replaceChildren(message);
}
