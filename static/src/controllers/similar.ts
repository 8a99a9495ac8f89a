/**
 * form[data-similar="/url"][data-similar-fields="title challenge"][data-similar-target="#id"]:
 * shows what others already posted on the same subject, while one writes.
 */
import { debounce, find, on } from "../lib/dom";
import { send } from "../lib/http";
import { showFragment } from "../lib/trusted";

const PAUSE_MS = 600;
const LEAST_LETTERS = 8;

export function showSimilar(form: HTMLElement, signal?: AbortSignal): void {
  const target = find(form.dataset.similarTarget ?? "");
  const names = (form.dataset.similarFields ?? "").split(" ").filter(Boolean);
  if (!target) return;
  let asking: AbortController | undefined;
  let shown = "";

  const ask = async () => {
    const values = Object.fromEntries(
      names.map((name) => [name, find<HTMLInputElement>(`[name="${name}"]`, form)?.value.trim() ?? ""]),
    );
    asking?.abort();
    if (Object.values(values).join("").length < LEAST_LETTERS) return target.replaceChildren();
    asking = new AbortController();
    try {
      const answer = await send(form.dataset.similar ?? "", {
        method: "POST",
        body: values,
        accept: "text/html",
        signal: asking.signal,
      });
      if (!answer.ok || answer.text === shown) return;
      shown = answer.text;
      showFragment(target, answer.text);
    } catch {
      return; // a help, not a need: without network it stays as it is
    }
  };
  const later = debounce(() => void ask(), PAUSE_MS);
  on(
    form,
    "input",
    (event) => {
      if (names.includes((event.target as HTMLInputElement).name)) later();
    },
    signal,
  );
  on(form, "restored", later, signal);
  later();
}
