/**
 * [data-combobox="/search"]: a text field completed from the server (ARIA combobox with a listbox).
 *
 * The chosen value stands in the hidden input beside the field; typing again empties it, and the server then
 * resolves the text. Keys: ↓ ↑ to walk, Enter to choose, Escape to close.
 */
import { announce, debounce, el, find, on } from "../lib/dom";
import { send } from "../lib/http";
import { t, tn } from "../lib/i18n";

type Choice = { value: string; label: string; hint?: string };

const PAUSE_MS = 160;
const LEAST_LETTERS = 2;

export function combobox(box: HTMLElement, signal?: AbortSignal): void {
  const found = find<HTMLInputElement>("input:not([type=hidden])", box);
  const held = find<HTMLInputElement>("input[type=hidden]", box);
  if (!found || !held) return;
  const input = found;
  const hidden = held;
  const list = el("ul", { class: "listbox", role: "listbox", id: `${input.id}-list`, hidden: true });
  list.setAttribute("aria-label", input.labels?.[0]?.textContent?.trim() ?? "");
  const chosen = el("p", { class: "hint", hidden: true });
  box.append(list);
  box.after(chosen);
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", list.id],
    ["aria-expanded", "false"],
    ["autocomplete", "off"],
  ] as const) {
    input.setAttribute(name, value);
  }

  let choices: Choice[] = [];
  let active = -1;
  let asking: AbortController | undefined;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const open = (...content: Node[]) => {
    list.replaceChildren(...content);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
  };

  const walkTo = (index: number) => {
    const options = list.querySelectorAll("[role=option]");
    options[active]?.setAttribute("aria-selected", "false");
    active = (index + options.length) % options.length;
    const option = options[active];
    if (!option) return;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };

  const choose = (choice: Choice) => {
    asking?.abort();
    search.cancel();
    input.value = choice.label;
    hidden.value = choice.value;
    chosen.textContent = choice.hint ?? "";
    chosen.hidden = !choice.hint;
    close();
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const show = () => {
    if (!choices.length) {
      open(
        el(
          "li",
          { role: "option", "aria-disabled": "true", "aria-selected": "false", id: `${input.id}-none` },
          t("Aucun résultat"),
        ),
      );
      announce(t("Aucun résultat"));
      return;
    }
    open(
      ...choices.map((choice, index) => {
        const option = el(
          "li",
          { role: "option", id: `${input.id}-option-${index}`, "aria-selected": "false" },
          el("span", {}, choice.label),
          ...(choice.hint ? [el("small", {}, choice.hint)] : []),
        );
        on(option, "pointerdown", (event) => event.preventDefault());
        on(option, "click", () => choose(choice));
        return option;
      }),
    );
    announce(tn("%(num)s proposition", "%(num)s propositions", choices.length));
  };

  const ask = async () => {
    const text = input.value.trim();
    asking?.abort();
    if (text.length < LEAST_LETTERS) return close();
    asking = new AbortController();
    const mine = asking;
    const url = new URL(box.dataset.combobox ?? "", location.href);
    url.searchParams.set("q", text);
    try {
      const answer = await send(url.pathname + url.search, { signal: mine.signal });
      if (mine.signal.aborted || document.activeElement !== input) return;
      if (!answer.ok) throw new TypeError(String(answer.status));
      choices = answer.json as Choice[];
      active = -1;
      show();
    } catch {
      if (mine.signal.aborted) return;
      choices = [];
      open(
        el(
          "li",
          { role: "option", "aria-disabled": "true", "aria-selected": "false" },
          t("Recherche impossible pour l’instant : écrivez le nom en entier."),
        ),
      );
    }
  };
  const search = debounce(() => void ask(), PAUSE_MS);

  on(
    input,
    "input",
    () => {
      hidden.value = "";
      chosen.hidden = true;
      search();
    },
    signal,
  );

  on(
    input,
    "keydown",
    (event) => {
      const isOpen = !list.hidden && choices.length > 0;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!isOpen) return void ask();
        const from = active < 0 && event.key === "ArrowUp" ? 0 : active;
        walkTo(from + (event.key === "ArrowDown" ? 1 : -1));
      } else if (event.key === "Enter" && isOpen && active >= 0) {
        event.preventDefault();
        const choice = choices[active];
        if (choice) choose(choice);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    },
    signal,
  );

  on(
    input,
    "blur",
    () => {
      asking?.abort();
      search.cancel();
      const exact = choices.filter((choice) => choice.label.toLowerCase() === input.value.trim().toLowerCase());
      if (!hidden.value && exact.length === 1 && exact[0]) choose(exact[0]);
      close();
    },
    signal,
  );
}
