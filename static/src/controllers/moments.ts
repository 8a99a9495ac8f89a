/** input[data-moments]: says the moment under the slider's thumb, and opens it once the thumb rests. */
import { all, find, on } from "../lib/dom";

export function moments(): void {
  for (const range of all<HTMLInputElement>("input[data-moments]")) {
    const told = JSON.parse(range.dataset.moments ?? "[]") as string[];
    const output = find("[data-moment]", range.form ?? document.body);
    on(range, "input", () => {
      const said = told[range.valueAsNumber - 1] ?? "";
      range.setAttribute("aria-valuetext", said);
      if (output) output.textContent = said;
    });
  }
}
