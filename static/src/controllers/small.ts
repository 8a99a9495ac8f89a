/** Behaviours of a few lines each: menus, flashes, copying, local times, the offline banner, unread count. */
import { all, announce, el, find, on, toast } from "../lib/dom";
import { send } from "../lib/http";
import { clock, t, tn } from "../lib/i18n";

const POLL_MS = 60_000;
/** A page that one only passes through opens none. */
const SOCKET_AFTER_MS = 1_000;

/** details[data-menu]: closes on Escape, on a click outside, and when the focus leaves. */
export function menus(): void {
  const opened = () => all<HTMLDetailsElement>("details[data-menu][open]");
  on(document, "click", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
  on(document, "keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of opened()) {
      menu.open = false;
      find("summary", menu)?.focus();
    }
  });
  on(document, "focusin", (event) => {
    for (const menu of opened()) if (!menu.contains(event.target as Node)) menu.open = false;
  });
}

/** [data-dismiss] closes its flash; [data-focus] takes the focus when the page opens. */
export function flashes(): void {
  for (const button of all("[data-dismiss]")) {
    button.hidden = false;
    on(button, "click", () => {
      const main = find("#main");
      button.parentElement?.remove();
      main?.focus();
    });
  }
  find("[data-focus]")?.focus();
}

/** [data-copy="#field"] copies the field's text; [data-select-all] selects itself when entered. */
export function copying(): void {
  for (const button of all("[data-copy]")) {
    const field = find<HTMLInputElement>(button.dataset.copy ?? "");
    if (!field || !navigator.clipboard) continue;
    button.hidden = false;
    on(button, "click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        toast(t("Copié."));
      } catch {
        field.select();
        toast(t("Le texte est sélectionné : copiez-le avec Ctrl+C."));
      }
    });
  }
  for (const field of all<HTMLInputElement>("[data-select-all]")) on(field, "focus", () => field.select());
}

/** [data-print] prints the page. */
export function printing(): void {
  for (const button of all("[data-print]")) {
    button.hidden = false;
    on(button, "click", () => print());
  }
}

/** time[data-local]: adds the time on this device's clock where it is not the one written. */
export function localTimes(): void {
  for (const time of all<HTMLTimeElement>("time[data-local]")) {
    const here = clock(new Date(time.dateTime));
    if (time.textContent?.includes(here)) continue;
    time.append(" ", el("span", { class: "soft" }, t("(%(time)s chez vous)", { time: here })));
  }
}

/** [data-offline]: shown while the device has no network. */
export function offlineBanner(): void {
  const banner = find("[data-offline] > *");
  if (!banner) return;
  const update = () => {
    banner.hidden = navigator.onLine;
  };
  on(window, "online", update);
  on(window, "offline", update);
  update();
}

/**
 * [data-unread][data-url]: the count beside the bell, as soon as a socket rings and once a minute while the page is
 * looked at. What is said to the reader in person is shown wherever they are; a list of it on this page hears too.
 */
export function unreadCount(): void {
  const bell = find("[data-unread]");
  const badge = find("[data-unread-count]");
  const label = find("[data-unread-label]");
  const url = bell?.dataset.url;
  if (!url || !badge || !label) return;
  let shown = Number.parseInt(badge.textContent ?? "0", 10) || 0;
  let last: number | undefined;
  const poll = async () => {
    if (document.visibilityState !== "visible" || !navigator.onLine) return;
    try {
      const answer = await send(last === undefined ? url : `${url}?after=${last}`);
      if (!answer.ok) return;
      const news = answer.json as { count: number; last: number; said: { id: number; text: string }[] };
      const isFirst = last === undefined;
      if (news.last !== last && !isFirst) document.dispatchEvent(new Event("etabli:told"));
      last = Math.max(last ?? 0, news.last);
      for (const one of news.said) toast(one.text, `/notifications/${one.id}`);
      if (news.count === shown) return;
      badge.hidden = news.count === 0;
      badge.textContent = news.count < 100 ? String(news.count) : "99+";
      label.textContent = news.count
        ? tn("Notifications, une non lue", "Notifications, %(num)s non lues", news.count)
        : t("Notifications");
      if (news.count > shown && !news.said.length) announce(label.textContent);
      shown = news.count;
    } catch {
      return; // the next minute will do
    }
  };
  setInterval(poll, POLL_MS);
  on(document, "visibilitychange", () => void poll());
  const listen = () =>
    import("./told").then(
      (told) => told.listen(() => void poll()),
      () => null, // no network: once a minute will do
    );
  setTimeout(() => void listen(), SOCKET_AFTER_MS);
}
