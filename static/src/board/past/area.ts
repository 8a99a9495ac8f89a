/** A rectangle dragged over the drawing of a moment: the part to bring back. Ticking notes or a frame does the same. */

import { el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";

interface Point {
  x: number;
  y: number;
}

/** "left top width height", whichever corner came first. */
export function areaOf(from: Point, to: Point): string {
  const words = [Math.min(from.x, to.x), Math.min(from.y, to.y), Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
  return words.map((word) => Math.round(word)).join(" ");
}

export function drawArea(picture: HTMLElement, form: HTMLFormElement, signal: AbortSignal): void {
  const svg = find<SVGSVGElement>("svg", picture);
  const field = find<HTMLInputElement>("[name='area']", form);
  if (!svg || !field) return;
  const told = el("span", { class: "small soft" });
  const button = el("button", { type: "button", class: "button button-small", "aria-pressed": "false" });
  picture.before(el("p", { class: "actions past-area" }, button, told));
  const frame = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  frame.setAttribute("class", "pic-area");
  let from: Point | null = null;

  const say = (): void => {
    const isOn = button.getAttribute("aria-pressed") === "true";
    picture.classList.toggle("is-choosing", isOn);
    button.textContent = field.value ? t("Reprendre tout le tableau") : t("Choisir une partie du dessin");
    told.textContent = field.value
      ? t("Seule la partie encadrée reviendra.")
      : isOn
        ? t("Tracez un rectangle sur le dessin.")
        : "";
  };
  const at = (event: PointerEvent): Point => {
    const matrix = svg.getScreenCTM()?.inverse();
    return new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
  };
  const show = (value: string): void => {
    field.value = value;
    frame.remove();
    if (value === "") return;
    const sizes = value.split(" ");
    ["x", "y", "width", "height"].forEach((name, place) => {
      frame.setAttribute(name, sizes[place] ?? "0");
    });
    svg.append(frame);
  };

  on(
    button,
    "click",
    () => {
      const isOn = field.value === "" && button.getAttribute("aria-pressed") !== "true";
      show("");
      button.setAttribute("aria-pressed", String(isOn));
      say();
    },
    signal,
  );
  on(
    svg as unknown as HTMLElement,
    "pointerdown",
    (event) => {
      if (button.getAttribute("aria-pressed") !== "true") return;
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      from = at(event);
    },
    signal,
  );
  on(
    svg as unknown as HTMLElement,
    "pointermove",
    (event) => {
      if (from) show(areaOf(from, at(event)));
    },
    signal,
  );
  on(
    svg as unknown as HTMLElement,
    "pointerup",
    () => {
      from = null;
      say();
    },
    signal,
  );
  say();
}
