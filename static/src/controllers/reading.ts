/**
 * [data-reading="words per minute"][data-minutes="limit"]: how long its form's texts take to read, as one types.
 * The server wrote the first figures, by the same rule: words between spaces, whole minutes, at least one.
 */
import { all, on } from "../lib/dom";
import { tn } from "../lib/i18n";

export function readingTime(note: HTMLElement, signal?: AbortSignal): void {
  const form = note.closest("form");
  const pace = Number(note.dataset.reading);
  if (!form || !pace) return;
  const update = () => {
    const texts = all<HTMLTextAreaElement | HTMLInputElement>("textarea, input[data-read]", form);
    const words = texts.flatMap((field) => field.value.split(/\s+/)).filter(Boolean).length;
    const minutes = Math.max(1, Math.ceil(words / pace));
    note.toggleAttribute("data-over", minutes > Number(note.dataset.minutes));
    const reading = tn("environ %(num)s minute de lecture", "environ %(num)s minutes de lecture", minutes);
    note.textContent = `${tn("%(num)s mot", "%(num)s mots", words)} · ${reading}`;
  };
  on(form, "input", update, signal);
  on(form, "restored", update, signal);
  update();
}
