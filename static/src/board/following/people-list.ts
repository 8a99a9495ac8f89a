/** Who is here, as a list; each may be followed from it. */

import { all, el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { firstName, initialsOf } from "../people";

const ROLE_NAMES: Readonly<Record<string, () => string>> = {
  learner: () => t("équipe"),
  tutor: () => t("tutorat"),
  partner: () => t("partenaire"),
  guest: () => t("partenaire invité·e"),
  observer: () => t("observation"),
  manager: () => t("responsable de formation"),
  admin: () => t("administration technique"),
};

export class PeopleList {
  private readonly dialog = find<HTMLDialogElement>("#people") as HTMLDialogElement;

  constructor(
    private readonly context: BoardContext,
    /** Follows them, or stops following them. */
    private readonly choose: (key: string) => void,
  ) {}

  open(followed: string | null): void {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.draw(followed);
  }

  draw(followed: string | null): void {
    if (!this.dialog.open) return;
    const { config, peers } = this.context;
    const chosen = (document.activeElement as HTMLElement | null)?.dataset?.follow;
    const others = peers.persons().filter(({ key }) => key !== config.me.key);
    const me = { ...config.me, role: "" };
    find("[data-people-list]", this.dialog)?.replaceChildren(
      ...[me, ...others].map((person) =>
        el(
          "li",
          {},
          el("span", { class: "avatar", "data-colour": person.colour, "aria-hidden": "true" }, initialsOf(person.name)),
          el("span", {}, person.name),
          el("span", { class: "soft small" }, person === me ? t("vous") : (ROLE_NAMES[person.role]?.() ?? "")),
          ...(person === me || person.role === "observer" || !this.dialog.hasAttribute("data-may-follow")
            ? []
            : [this.button(person, person.key === followed)]),
        ),
      ),
    );
    for (const button of all("[data-follow]", this.dialog)) if (button.dataset.follow === chosen) button.focus();
  }

  private button({ key, name }: { key: string; name: string }, isFollowed: boolean): HTMLElement {
    const label = isFollowed
      ? t("Ne plus suivre %(name)s", { name: firstName(name) })
      : t("Suivre %(name)s", { name: firstName(name) });
    const shown = isFollowed ? t("Ne plus suivre") : t("Suivre");
    const button = el(
      "button",
      { type: "button", class: "button button-small", "data-follow": key, "aria-label": label },
      shown,
    );
    on(button, "click", () => this.choose(key), this.context.signal);
    return button;
  }
}
