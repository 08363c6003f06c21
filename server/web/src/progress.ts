/** That something is being computed, for how long already, and how far it is. */
import { find } from "./dom.js";

let timer = 0;

/** Show it until `ended`; `cancel` is what the button does. */
export function began(title: string, where: string, cancel: () => void): void {
  const started = performance.now();
  const text = find("progress-text");
  const bar = find("progress").querySelector("progress") as HTMLProgressElement;
  const tick = () => {
    const seconds = Math.floor((performance.now() - started) / 1000);
    const share = bar.hasAttribute("value") ? `, ${Math.floor(100 * bar.position)}\u00a0%` : "";
    text.textContent = `${title}, ${where}${seconds > 0 ? `: ${seconds}\u00a0s${share}` : "…"}`;
  };
  bar.removeAttribute("value");
  tick();
  clearInterval(timer);
  timer = window.setInterval(tick, 500);
  find("cancel").onclick = cancel;
  find("progress").hidden = false;
  document.body.setAttribute("aria-busy", "true");
}

/** Of so many parts so many are done; of one, the share. */
export function reached(done: number, of = 1): void {
  const bar = find("progress").querySelector("progress") as HTMLProgressElement;
  Object.assign(bar, { max: of, value: done });
}

export function ended(): void {
  clearInterval(timer);
  find("progress").hidden = true;
  document.body.removeAttribute("aria-busy");
}
