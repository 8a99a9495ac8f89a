/** What the top of the page says: saved or not, connected or not, read-only or not, and who is here. */

import type { Colour } from "../../generated/board-specs";
import { el, find } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { setText } from "../objects/view";
import { colourOf, initialsOf } from "../people";
import type { SyncStatus } from "../sync/session";

/** "Saved" is shown once it has been true for this long: it does not flicker while one types. */
const CALM_MS = 500;
const UP_TO_DATE_MS = 6_000;
const AVATARS = 4;

type SaveState = "saved" | "saving" | "offline" | "connecting" | "slow";

export class Header {
  private readonly save = find("[data-save]") as HTMLElement;
  private readonly notice = find("[data-notice]") as HTMLElement;
  private calmTimer: ReturnType<typeof setTimeout> | undefined;
  private upToDateUntil = 0;
  private colour: Colour;
  private before: SyncStatus | null = null;

  constructor(private readonly context: BoardContext) {
    this.colour = context.config.me.colour;
    const { session, peers, signal } = context;
    session.events.on("status", (status) => this.show(status), signal);
    session.events.on(
      "told",
      (sentence) => {
        context.announcer.say(sentence);
        context.toasts.show(sentence);
      },
      signal,
    );
    peers.events.on("people", () => this.showPeople(), signal);
    session.events.on(
      "identity",
      (me) => {
        this.colour = colourOf(me.colour);
        this.showPeople();
      },
      signal,
    );
    signal.addEventListener("abort", () => clearTimeout(this.calmTimer), { once: true });
    this.show(session.status);
    this.showPeople();
  }

  private show(status: SyncStatus): void {
    clearTimeout(this.calmTimer);
    if (status.caughtUp && !this.before?.caughtUp) this.upToDateUntil = performance.now() + UP_TO_DATE_MS;
    const [state, text] = this.sentence(status);
    const isCalming = state === "saved" && this.save.dataset.state === "saving";
    if (!isCalming) this.write(state, text);
    const wait = isCalming ? CALM_MS : this.upToDateUntil - performance.now() + 10;
    if (wait > 0)
      this.calmTimer = setTimeout(() => {
        if (isCalming) this.write(state, text);
        this.show(this.context.session.status);
      }, wait);
    this.announce(status);
    this.showNotice(status);
    this.before = status;
  }

  private sentence({ connection, unsaved, kept, stalled }: SyncStatus): [SaveState, string] {
    if (stalled && unsaved > 0) {
      return [
        "offline",
        tn("En pause, %(num)s modification en attente", "En pause, %(num)s modifications en attente", unsaved),
      ];
    }
    if (connection === "offline" || connection === "ended") {
      return [
        "offline",
        unsaved === 0
          ? t("Hors ligne")
          : !kept
            ? t("Hors ligne, écriture sur cet appareil…")
            : tn(
                "Hors ligne, %(num)s modification en attente",
                "Hors ligne, %(num)s modifications en attente",
                unsaved,
              ),
      ];
    }
    if (connection === "connecting") return ["connecting", t("Connexion…")];
    if (connection === "restarting") return ["connecting", t("Reconnexion…")];
    if (unsaved > 0) return ["saving", t("Enregistrement…")];
    const words = this.upToDateUntil > performance.now() ? t("Tout est à jour") : t("Enregistré");
    return [connection === "fallback" ? "slow" : "saved", words];
  }

  private write(state: SaveState, text: string): void {
    this.save.dataset.state = state;
    setText(this.save.querySelector("[data-save-text]"), text);
  }

  private announce(status: SyncStatus): void {
    const { announcer } = this.context;
    const { before } = this;
    if (!before) return;
    if (status.connection === "offline" && before.connection !== "offline") {
      announcer.alert(t("Connexion perdue. Ce que vous écrivez est gardé sur cet appareil."));
    } else if (status.connection === "live" && before.connection === "offline") announcer.say(t("Connexion rétablie."));
    else if (status.connection === "restarting" && before.connection !== "restarting") announcer.say(RESTARTING());
    else if (status.connection === "fallback" && before.connection !== "fallback") announcer.say(LIMITED());
    if (status.caughtUp && !before.caughtUp) announcer.say(t("Tout est à jour"));
    if (status.stalled !== before.stalled) announcer.alert(status.stalled || t("L’enregistrement a repris."));
    if (status.frozen !== before.frozen) {
      announcer.alert(
        status.frozen
          ? t("Ce tableau est figé : on peut le lire, plus l’écrire.")
          : t("Ce tableau peut de nouveau être écrit."),
      );
    }
  }

  private showNotice(status: SyncStatus): void {
    const [kind, text] = noticeFor(status);
    this.notice.hidden = kind === "";
    this.notice.dataset.kind = kind;
    setText(this.notice.querySelector("[data-notice-text]"), text);
  }

  private showPeople(): void {
    const { peers, config } = this.context;
    const persons = peers.persons();
    const everyone = [
      { ...config.me, colour: this.colour },
      ...persons.filter((person) => person.key !== config.me.key),
    ];
    const place = find("[data-avatars]") as HTMLElement;
    const discs = everyone
      .slice(0, everyone.length > AVATARS + 1 ? AVATARS : AVATARS + 1)
      .map((person) =>
        el("span", { class: "avatar", "data-colour": person.colour, title: person.name }, initialsOf(person.name)),
      );
    if (discs.length < everyone.length)
      discs.push(el("span", { class: "avatar avatar-more" }, `+${everyone.length - discs.length}`));
    place.replaceChildren(...discs);
    setText(
      find("[data-people-count]"),
      tn("%(num)s personne présente", "%(num)s personnes présentes", everyone.length),
    );
  }
}

const LIMITED = (): string => t("Connexion limitée : les modifications passent toutes les 3 s.");
const RESTARTING = (): string => t("L’Établi redémarre : continuez, vos modifications partiront dans un instant.");

function noticeFor(status: SyncStatus): [kind: string, text: string] {
  if (status.frozen) return ["frozen", t("Ce tableau est figé : on peut le lire, plus l’écrire.")];
  if (status.connection === "offline") {
    return [
      "offline",
      status.durable
        ? t("Hors ligne : continuez, tout est gardé sur cet appareil et partira au retour du réseau.")
        : t("Hors ligne : gardez cette page ouverte, vos modifications partiront au retour du réseau."),
    ];
  }
  if (status.stalled) return ["stalled", status.stalled];
  if (status.connection === "restarting") return ["restart", RESTARTING()];
  if (status.connection === "fallback") return ["slow", LIMITED()];
  if (!status.canEdit && status.connection === "live")
    return ["read", t("Lecture seule : vous voyez le tableau en direct.")];
  return ["", ""];
}
