/** Light, dark, or as the device has it; remembered. */
import { find, icon } from "./dom.js";

const THEMES = ["auto", "light", "dark"] as const;
type Theme = (typeof THEMES)[number];
const KEY = "pocketlens-theme";
const ICONS: Readonly<Record<Theme, string>> = {
  auto: "M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18M12 3v18M12 8h7M12 13h8.500M12 18h5",
  light:
    "M12 8a4 4 0 1 0 0 8a4 4 0 1 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500L19 19M19 5l-1.500 1.500M6.500 17.500L5 19",
  dark: "M20 14a8 8 0 0 1-10-10a8.500 8.500 0 1 0 10 10",
};
const NAMES: Readonly<Record<Theme, string>> = {
  auto: "Colours: as this device has them",
  light: "Colours: light",
  dark: "Colours: dark",
};

export function startTheme(): void {
  const button = find<HTMLButtonElement>("theme");
  const show = (theme: Theme) => {
    document.documentElement.dataset["theme"] = theme;
    button.replaceChildren(icon(ICONS[theme]));
    button.ariaLabel = button.title = NAMES[theme];
  };
  const kept = localStorage.getItem(KEY) as Theme;
  show(THEMES.includes(kept) ? kept : "auto");
  button.addEventListener("click", () => {
    const now = document.documentElement.dataset["theme"] as Theme;
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    localStorage.setItem(KEY, next);
    show(next);
  });
}
