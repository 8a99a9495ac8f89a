/**
 * [data-live="/url"]: a part of a page that keeps itself up to date without moving under the reader.
 *
 * The address answers {html}: the same part as it is now. A [data-live-figure] whose place stays the same is changed
 * at once. What would come, go or change places ([data-live-item], compared by its data-live-stamp) waits: a button
 * outside the flow says how many changes there are, and shows them when the reader wants them. [data-live-told], a
 * list that only grows at its top, asks as soon as its reader is told something, and shows it at once to who is at its
 * top and has nothing of it in hand.
 */
import { all, announce, el, on } from "../lib/dom";
import { send } from "../lib/http";
import { t, tn } from "../lib/i18n";
import { showFragment } from "../lib/trusted";

const POLL_MS = 20_000;
const TOP_PX = 40;

const byKey = (root: ParentNode, name: "liveFigure" | "liveItem") => {
  const selector = name === "liveFigure" ? "[data-live-figure]" : "[data-live-item]";
  return new Map(all(selector, root).map((node) => [node.dataset[name] ?? "", node]));
};

export function liveParts(box: HTMLElement): void {
  const url = box.dataset.live ?? "";
  const label = el("span", {});
  const button = el("button", { type: "button", class: "button button-primary", hidden: true }, label);
  const bar = el("div", { class: "live-bar" }, button);
  let waiting = "";
  let said = 0;
  box.after(bar);

  const look = async () => {
    if (document.visibilityState !== "visible" || !navigator.onLine) return;
    try {
      const answer = await send(url);
      if (answer.ok) take((answer.json as { html: string }).html);
    } catch {
      return; // the next time will do
    }
  };

  const take = (html: string) => {
    const fresh = el("div");
    showFragment(fresh, html);
    const figures = byKey(fresh, "liveFigure");
    for (const [key, node] of byKey(box, "liveFigure")) {
      const now = figures.get(key);
      if (now && now.innerHTML !== node.innerHTML && !node.contains(document.activeElement)) {
        node.replaceChildren(...[...now.childNodes].map((child) => child.cloneNode(true)));
      }
    }
    const count = changes(byKey(box, "liveItem"), byKey(fresh, "liveItem"));
    if (count && isFree()) {
      showFragment(box, html);
      said = 0;
      announce(t("La liste est à jour."));
      return;
    }
    waiting = count ? html : "";
    button.hidden = count === 0;
    label.textContent = tn("Mettre à jour (un changement)", "Mettre à jour (%(num)s changements)", count);
    if (count > said) announce(label.textContent);
    said = count;
  };

  const isFree = () =>
    box.dataset.liveTold !== undefined &&
    scrollY < TOP_PX &&
    !box.contains(document.activeElement) &&
    !box.querySelector("details[open]");

  on(button, "click", () => {
    const kept = inSight(box);
    showFragment(box, waiting);
    button.hidden = true;
    said = 0;
    const again = kept && byKey(box, "liveItem").get(kept.key);
    if (again) scrollBy({ top: again.getBoundingClientRect().top - kept.top, behavior: "instant" });
    const heading = all("h2", box)[0];
    heading?.setAttribute("tabindex", "-1");
    heading?.focus({ preventScroll: true });
    announce(t("La page est à jour."));
  });

  setInterval(look, POLL_MS);
  if (box.dataset.liveTold !== undefined) on(document, "etabli:told", () => void look());
  on(document, "visibilitychange", () => void look());
}

/** How many items came, went or say something else. */
function changes(before: Map<string, HTMLElement>, after: Map<string, HTMLElement>): number {
  const keys = new Set([...before.keys(), ...after.keys()]);
  const stamp = (items: Map<string, HTMLElement>, key: string) => items.get(key)?.dataset.liveStamp;
  return [...keys].filter((key) => stamp(before, key) !== stamp(after, key)).length;
}

/** The first item that the reader sees, and how far down it stands. */
function inSight(box: HTMLElement): { key: string; top: number } | null {
  for (const node of all("[data-live-item]", box)) {
    const { top, bottom } = node.getBoundingClientRect();
    if (bottom > 0) return { key: node.dataset.liveItem ?? "", top };
  }
  return null;
}
