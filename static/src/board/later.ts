/**
 * What opening a board does without, loaded apart: once the board is there, or when it is first asked for.
 *
 * Each is a bundle of its own, so that no code of the first load waits for it. It shares the page's objects through the
 * context, never a module's variables, since the modules it imports are copies.
 */

import { all, el, on } from "../lib/dom";
import { t } from "../lib/i18n";
import { showFragment } from "../lib/trusted";
import type { Cards } from "./cards/cards";
import type { Comments } from "./comments/comments";
import type { BoardContext } from "./context";
import type { Craft } from "./craft/craft";
import type { Drawing } from "./drawing/drawing";
import type { Exporting } from "./exporting/exporting";
import type { Following } from "./following/following";
import type { Guide } from "./guide/guide";
import type { Ideas } from "./ideas/ideas";
import type { Journal } from "./journal/journal";
import type { Past } from "./past/past";
import type { NewsPanel } from "./returning/news-panel";
import type { Rounds } from "./rounds/rounds";
import type { Telling } from "./telling/telling";
import type { ContextBar } from "./view/context-bar";
import type { Dialogs } from "./view/dialogs";
import type { Plan } from "./view/plan";
import type { WorkshopPart } from "./workshop/workshop";

/** What they work with, beside the context. */
export interface Benches {
  contextBar: ContextBar;
  dialogs: Dialogs;
  plan: Plan;
  /** Where this person works: on the board, or in the plan. */
  work: {
    /** Gives the focus to what is selected. */
    focus(): void;
    /** Opens the words of an object. */
    write(id: string): void;
  };
}

/** One of them. */
export class Apart<T> {
  private loading: Promise<T> | null = null;
  private loaded: T | null = null;

  constructor(
    private readonly fetch: () => Promise<T>,
    private readonly context: () => BoardContext,
  ) {}

  /** The thing itself, once it is loaded. */
  get now(): T | null {
    return this.loaded;
  }

  /** Resolves when it is loaded; rejects without a network, and may be asked again then. */
  load(): Promise<T> {
    this.loading ??= this.fetch().then(
      (loaded) => {
        this.loaded = loaded;
        return loaded;
      },
      (error: unknown) => {
        this.loading = null;
        throw error;
      },
    );
    return this.loading;
  }

  /** Does something with it, at once or when it is loaded; says so when it cannot be. */
  use(run: (loaded: T) => void): void {
    if (this.loaded) run(this.loaded);
    else
      void this.load().then(run, () =>
        this.context().toasts.show(t("Cette action n’est pas encore chargée : réessayez quand le réseau revient.")),
      );
  }
}

/** What a button of the page may open: `data-open="name"`. */
export interface Opens {
  open(opener: HTMLElement): void;
}

export type Later = ReturnType<typeof loadedApart>;

/** One line for each bundle. */
export function loadedApart(context: () => BoardContext, benches: () => Benches) {
  const apart = <T>(fetch: () => Promise<T>): Apart<T> => new Apart(fetch, context);
  let styles: Promise<unknown> | null = null;
  /** With `areas/board-later.css`, the looks of panels. */
  const styled = <T>(fetch: () => Promise<T>): Apart<T> =>
    apart(async () => {
      styles ??= addStyles(context().config.laterStyles).catch((error: unknown) => {
        styles = null;
        throw error;
      });
      const [loaded] = await Promise.all([fetch(), styles]);
      return loaded;
    });
  return {
    craft: apart<Craft>(() => import("./craft/craft").then(({ Craft }) => new Craft(context(), benches()))),
    guide: styled<Guide>(() => import("./guide/guide").then(({ Guide }) => new Guide(context(), showFragment))),
    journal: styled<Journal>(() =>
      import("./journal/journal").then(({ Journal }) => new Journal(context(), showFragment)),
    ),
    exporting: styled<Exporting>(() =>
      import("./exporting/exporting").then(({ Exporting }) => new Exporting(context())),
    ),
    rounds: styled<Rounds>(() => import("./rounds/rounds").then(({ Rounds }) => new Rounds(context(), benches()))),
    workshop: styled<WorkshopPart>(() =>
      import("./workshop/workshop").then(({ WorkshopPart }) => new WorkshopPart(context())),
    ),
    following: styled<Following>(() =>
      import("./following/following").then(({ Following }) => new Following(context())),
    ),
    comments: styled<Comments>(() => import("./comments/comments").then(({ Comments }) => new Comments(context()))),
    ideas: styled<Ideas>(() => import("./ideas/ideas").then(({ Ideas }) => new Ideas(context()))),
    telling: apart<Telling>(() => import("./telling/telling").then(({ Telling }) => new Telling(context()))),
    news: styled<NewsPanel>(() =>
      import("./returning/news-panel").then(({ NewsPanel }) => new NewsPanel(context(), benches())),
    ),
    past: styled<Past>(() => import("./past/past").then(({ Past }) => new Past(context(), showFragment))),
    ended: apart(() => import("./view/ended").then(({ showEnded }) => showEnded)),
    shell: apart(() => import("./sync/shell").then(({ keepShell }) => keepShell)),
    drawing: styled<Drawing>(() => import("./drawing/drawing").then(({ Drawing }) => new Drawing(context()))),
    cards: styled<Cards>(() => import("./cards/cards").then(({ Cards }) => new Cards(context(), benches().dialogs))),
  };
}

function addStyles(url: string): Promise<unknown> {
  const link = el("link", { rel: "stylesheet", href: url });
  return new Promise((loaded, failed) => {
    on(link, "load", loaded);
    on(link, "error", () => {
      link.remove();
      failed(new Error(url));
    });
    document.head.append(link);
  });
}

/** Has every `data-open` button, or link to a page that does without, open what it names. */
export function openLater({ later, signal }: BoardContext): void {
  for (const button of all("[data-open]")) {
    on(
      button,
      "click",
      (event) => {
        event.preventDefault();
        button.closest<HTMLElement>("[popover]")?.hidePopover();
        const named = (later as Record<string, unknown>)[button.dataset.open ?? ""] as Apart<Opens>;
        named.use((loaded) => loaded.open(button));
      },
      signal,
    );
  }
}
