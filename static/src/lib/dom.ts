/** Small helpers on the document, shared by every script. */

export type Attrs = Record<string, string | boolean | number | undefined>;

/** An element with attributes and children; `false` and `undefined` leave an attribute out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attrs: Attrs = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children);
  return node;
}

/** The first match under `root`, or null. */
export function find<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T | null {
  return root.querySelector<T>(selector);
}

export function all<T extends Element = HTMLElement>(selector: string, root: ParentNode = document): T[] {
  return [...root.querySelectorAll<T>(selector)];
}

/** Puts in force the styles that the first screen did not wait for: the fonts. */
export function applyLaterStyles(): void {
  for (const sheet of all<HTMLLinkElement | HTMLStyleElement>("[data-later]")) sheet.media = "all";
}

/** A listener that lives as long as `signal`. */
export function on<K extends keyof HTMLElementEventMap>(
  target: EventTarget,
  type: K,
  listener: (event: HTMLElementEventMap[K]) => void,
  signal?: AbortSignal,
): void;
export function on(target: EventTarget, type: string, listener: (event: Event) => void, signal?: AbortSignal): void;
export function on(target: EventTarget, type: string, listener: (event: never) => void, signal?: AbortSignal): void {
  target.addEventListener(type, listener as EventListener, { signal });
}

/** Calls `run` once the calls have paused for `wait_ms`. */
export function debounce(run: () => void, wait_ms: number): (() => void) & { cancel(): void; flush(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      run();
    }, wait_ms);
  };
  const flush = () => {
    if (timer === undefined) return;
    cancel();
    run();
  };
  return Object.assign(later, { cancel, flush });
}

/** A short message at the foot of the page, read out politely, gone after a while; `href`: where it leads. */
export function toast(message: string, href = ""): void {
  let region = find("#toasts");
  if (!region) {
    region = el("div", { id: "toasts", class: "toasts", role: "status" });
    document.body.append(region);
  }
  const item = el("div", {}, href ? el("a", { href }, message) : message);
  region.append(item);
  setTimeout(() => item.remove(), href ? 12_000 : 6_000);
}

/** Says a sentence to screen readers, once the present one is over. */
export function announce(message: string): void {
  let region = find("#announcer");
  if (!region) {
    region = el("div", { id: "announcer", class: "sr-only", "aria-live": "polite" });
    document.body.append(region);
  }
  region.textContent = message;
}
