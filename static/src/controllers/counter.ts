/** [data-counter="field id"][data-max]: how much room is left. Shown past the middle, spoken near the end once typing pauses. */
import { announce, debounce, on } from "../lib/dom";
import { t, tn } from "../lib/i18n";

const SHOWN = 0.6;
const NEAR = 0.9;

export function counter(note: HTMLElement, signal?: AbortSignal): void {
  const field = document.getElementById(note.dataset.counter ?? "") as HTMLTextAreaElement | null;
  const max = Number(note.dataset.max);
  if (!field || !max) return;
  const speak = debounce(() => announce(note.textContent ?? ""), 1_000);
  const update = () => {
    const used = [...field.value.replaceAll("\r\n", "\n")].length;
    const over = used - max;
    note.toggleAttribute("data-over", over > 0);
    note.classList.toggle("sr-only", used < max * SHOWN);
    note.textContent =
      over > 0
        ? tn("%(num)s caractère de trop", "%(num)s caractères de trop", over)
        : t("%(used)s sur %(max)s caractères", { used, max });
    if (used > max * NEAR) speak();
    else speak.cancel();
  };
  on(field, "input", update, signal);
  if (field.form) on(field.form, "restored", update, signal);
  update();
  speak.cancel();
}
