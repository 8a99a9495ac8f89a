/** [data-insert="field id"]: its buttons add their words where one writes, and give the focus back there. */
import { all, on } from "../lib/dom";

export function insertions(): void {
  for (const list of all("[data-insert]")) {
    const field = document.getElementById(list.dataset.insert ?? "") as HTMLTextAreaElement | null;
    if (!field) continue;
    for (const button of all("button", list))
      on(button, "click", (event) => {
        event.preventDefault();
        const before = field.value.slice(0, field.selectionStart);
        const gap = before === "" || /\s$/.test(before) ? "" : " ";
        field.setRangeText(gap + (button.textContent ?? "").trim(), field.selectionStart, field.selectionEnd, "end");
        field.focus();
        field.dispatchEvent(new Event("input", { bubbles: true }));
      });
  }
}
