/**
 * form[data-autosave="/url"]: PUTs the form as JSON, 800 ms after the last change.
 *
 * The answer gives the new `version`, kept in the form's hidden input of that name; for a form that has just
 * become a draft, also the `url` at which a reload finds it and the name of its `draft` on this device. 409 means
 * that someone else saved meanwhile: saving stops, the text stays, the two versions are the server's to show.
 * Without network, or when the server is out of order, it tries again with growing pauses.
 */
import { debounce, el, find, on } from "../lib/dom";
import { same, type Values, valuesOf } from "../lib/fields";
import { type Answer, send } from "../lib/http";
import { clock, t } from "../lib/i18n";
import { showFragment } from "../lib/trusted";

const PAUSE_MS = 800;
const RETRY_MS = [2_000, 4_000, 8_000, 15_000, 30_000, 60_000];

type Tone = "neutral" | "ok" | "warn" | "danger";

export function autosave(form: HTMLFormElement, signal?: AbortSignal): void {
  const url = form.dataset.autosave ?? "";
  const status = find("[data-save-status]", form) ?? find("[data-save-status]");
  let known = valuesOf(form);
  let running: Promise<void> | null = null;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const say = (text: string, tone: Tone) => {
    if (!status || status.textContent === text) return;
    status.textContent = text;
    status.className = `save-status tone-${tone}`;
  };

  const save = async (): Promise<void> => {
    if (running || stopped) return running ?? undefined;
    const values = valuesOf(form);
    if (same(values, known)) return;
    clearTimeout(retry);
    say(t("Enregistrement…"), "neutral");
    running = attempt(values).finally(() => {
      running = null;
    });
    await running;
    if (!stopped && failures === 0 && !same(valuesOf(form), known)) later();
  };

  const attempt = async (values: Values): Promise<void> => {
    const version = find<HTMLInputElement>("input[name=version]", form);
    let answer: Answer;
    try {
      answer = await send(url, {
        method: "PUT",
        body: { ...values, version: version ? Number(version.value) : undefined },
        signal,
      });
    } catch {
      return again();
    }
    if (answer.ok) return accepted(values, answer, version);
    if (answer.status >= 500 || answer.status === 429) return again();
    failures = 0;
    refused(answer);
  };

  const accepted = (values: Values, answer: Answer, version: HTMLInputElement | null) => {
    failures = 0;
    known = values;
    const told = (answer.json ?? {}) as { version?: number; url?: string; draft?: string };
    if (told.url) history.replaceState(history.state, "", told.url);
    if (told.draft) form.dataset.draft = told.draft;
    if (version && told.version !== undefined) version.value = String(told.version);
    say(t("Enregistré à %(time)s", { time: clock(new Date()) }), "ok");
    form.dispatchEvent(new CustomEvent("saved", { detail: values }));
  };

  const again = () => {
    say(t("Hors ligne : gardé sur cet appareil"), "warn");
    retry = setTimeout(save, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  };

  const refused = (answer: Answer) => {
    const told = (answer.json ?? {}) as { message?: string; error?: string; html?: string };
    const message = told.message ?? told.error ?? t("Ce texte n’a pas pu être enregistré.");
    say(message, "danger");
    known = answer.status === 400 || answer.status === 422 ? valuesOf(form) : known;
    if (answer.status !== 409) return;
    stopped = true;
    showConflict(form, message, told.html);
  };

  const later = debounce(save, PAUSE_MS);
  const changed = () => {
    if (!stopped) later();
  };
  on(form, "input", changed, signal);
  on(form, "change", changed, signal);
  on(form, "restored", changed, signal);
  on(window, "online", () => void save(), signal);
  on(
    document,
    "visibilitychange",
    () => {
      if (document.visibilityState === "hidden") later.flush();
    },
    signal,
  );
  // A save on its way must land first, or the form would conflict with its own draft.
  on(
    form,
    "submit",
    (event) => {
      later.cancel();
      clearTimeout(retry);
      if (!running) return;
      event.preventDefault();
      void running.finally(() => form.requestSubmit(event.submitter));
    },
    signal,
  );
}

function showConflict(form: HTMLFormElement, message: string, html?: string): void {
  const box = el("div", { role: "alert", tabindex: "-1" });
  if (html) showFragment(box, html);
  else {
    box.className = "notice tone-warn";
    box.append(
      el(
        "div",
        {},
        el("p", { class: "strong" }, message),
        el("p", {}, t("Votre texte est gardé sur cet appareil. Rechargez la page pour voir l’autre version.")),
        el(
          "p",
          { class: "actions" },
          el("a", { class: "button button-small", href: location.href }, t("Recharger la page")),
        ),
      ),
    );
  }
  form.before(box);
  box.focus();
}
