/** Puts the board's page together: document, connection, drawing, gestures, keys, panels. */

import { applyLaterStyles, find, on } from "../lib/dom";
import { t } from "../lib/i18n";
import { registerWorker } from "../lib/trusted";
import { config, transport } from "../pages/board-socket";
import { Actions } from "./actions";
import type { BoardContext, Page } from "./context";
import { firstView, followBoard, followWindow, VIEW_NOTE } from "./follow";
import { loadedApart, openLater } from "./later";
import { LightMode } from "./light-mode";
import { BoardDocument } from "./model/document";
import { isWritten, type LinkObject } from "./model/objects";
import { Names } from "./names";
import { News } from "./news";
import type { Known } from "./objects/link";
import { People } from "./people";
import { broadcastPresence } from "./presence/broadcast";
import { CursorLayer } from "./presence/cursors";
import { Peers } from "./presence/peers";
import { Rights } from "./rights";
import { Selection } from "./selection";
import { forgetBoards, forgetOthers } from "./sync/forget";
import { BrowserCopy } from "./sync/local-copy";
import { SyncSession } from "./sync/session";
import { Tools } from "./tools";
import { Announcer } from "./view/announcer";
import { Camera } from "./view/camera";
import { clipboard } from "./view/clipboard";
import { ConnectorLayer } from "./view/connectors";
import { ContextBar } from "./view/context-bar";
import { Dialogs } from "./view/dialogs";
import { BoardEditor } from "./view/editor";
import { Gestures } from "./view/gestures";
import { Header } from "./view/header";
import { BoardKeyboard } from "./view/keyboard";
import { pageKeys } from "./view/page-keys";
import { Plan } from "./view/plan";
import { Stage } from "./view/stage";
import { Toasts } from "./view/toast";
import { Toolbar } from "./view/toolbar";
import { Tray } from "./view/tray";
import { Views } from "./view/views";

/** After the page is usable: keeping it must not compete with opening it. */
const KEEP_PAGE_MS = 1_500;
/** Ends after which nothing of the board may stay on the device. */
const GONE = new Set(["signed_out", "revoked", "forbidden", "not_found"]);
const LETTERS_KEY = "etabli:board-letters-off";

function findPage(): Page {
  const root = find(".board") as HTMLElement;
  const part = <T extends Element = HTMLElement>(selector: string): T => find<T>(selector, root) as T;
  return {
    root,
    stage: part("#stage"),
    dots: part("[data-dots]"),
    world: part("[data-world]"),
    list: part("#board"),
    zones: part("[data-zones]"),
    notes: part("[data-notes]"),
    writing: part("[data-writing]"),
    far: part<HTMLCanvasElement>("[data-far-layer]"),
    arrows: part<SVGSVGElement>("[data-arrows]"),
    labels: part<SVGSVGElement>("[data-labels]"),
    overlay: part("[data-overlay]"),
    plan: part("#plan"),
  };
}

export function startBoard(): void {
  const life = new AbortController();
  const { signal } = life;
  const page = findPage();
  const lightMode = new LightMode(page.root, signal);
  const board = new BoardDocument();
  const copy = new BrowserCopy(config.me.key, config.document);
  transport.isLight = () => lightMode.isOn;
  const can = config.rights.edit && !config.rights.frozen ? ["read", "edit"] : ["read"];
  const session = new SyncSession(board, transport, copy, { can, frozen: config.rights.frozen });
  const selection = new Selection();
  const people = new People(config);
  const peers = new Peers(session, people, signal);
  const rights = new Rights(config.me.key, config.me.formerKeys, config.rights.ownOnly, session.status.canEdit);
  const news = new News(board, people, config.me.key);
  /** What cards point to is asked for once there is one. */
  const cardOf = (link: LinkObject): Known => {
    if (!later.cards.now) later.cards.load().catch(() => null);
    return later.cards.now?.of(link);
  };
  const names = new Names(board, people, news, cardOf);
  const announcer = new Announcer(
    find("[data-polite]") as HTMLElement,
    find("[data-assertive]") as HTMLElement,
    signal,
  );
  const toasts = new Toasts(find("[data-toasts]") as HTMLElement, signal);
  const camera = new Camera();
  const actions = new Actions(board, selection, rights, names, announcer, toasts, () => camera.middle);
  const editor = new BoardEditor(() => context);
  /** Notes that the search finds. */
  const found = new Set<string>();
  const stage = new Stage(
    page,
    board,
    camera,
    selection,
    (id) => peers.at(id),
    {
      details: (object) =>
        object.type === "zone"
          ? names.ofZone(object, notesIn(board, object.id))
          : isWritten(object)
            ? names.ofWritten(object, peers.at(object.id)?.writer)
            : "",
      signature: (key) => people.shortNameOf(key),
      isNews: (id) => news.labelOf(id) !== "",
      addressOf: (image) => `/documents/${config.document}/images/${image}`,
      isFound: (id) => found.has(id),
      cardOf,
    },
    signal,
  );
  const connectors = new ConnectorLayer(page.arrows, page.labels, board, stage, camera, selection, signal);
  const later = loadedApart(
    () => context,
    () => ({
      contextBar,
      dialogs,
      plan,
      work: {
        focus: () => (views.isPlanOnly ? plan.focus() : stage.takeFocus()),
        write: (id) => (views.isPlanOnly ? plan.writeIn(id) : editor.open(id)),
      },
    }),
  );
  const context: BoardContext = {
    config,
    board,
    session,
    selection,
    tools: new Tools(),
    rights,
    people,
    peers,
    lightMode,
    names,
    news,
    actions,
    later,
    camera,
    stage,
    connectors,
    editor,
    announcer,
    toasts,
    signal,
    page,
    lettersOn: readLetters(),
  };
  const dialogs = new Dialogs(() => context, signal);
  const contextBar = new ContextBar(context, dialogs);
  const gestures = new Gestures(context);
  const keyboard = new BoardKeyboard(context, () => gestures.giveUp());
  const views = new Views(page, selection);
  views.followSkipLinks(signal);
  const plan = new Plan(context, contextBar, dialogs, found, () => {
    views.show("board");
    stage.takeFocus();
  });
  new Header(context);
  new Tray(context, copy);
  session.events.on("returned", ({ missed, awayMs }) => void news.take(missed, awayMs), signal);
  news.events.on("change", () => void later.news.load().catch(() => null), signal);
  new CursorLayer(page.overlay, peers, camera, lightMode, signal);
  new Toolbar(context, {
    note: () => (views.isPlanOnly ? plan.addNote() : noteInView(context)),
    showPlan: () => views.show("plan"),
    showBoard: () => views.show("board"),
    help: () => dialogs.help(),
  });
  openLater(context);
  broadcastPresence(context);
  clipboard(context);
  pageKeys(context, keyboard, plan, dialogs);
  followBoard(context);
  followWindow(context, copy);
  letters(context);
  lightMode.events.on("change", () => session.reconnect(), signal);
  const lookAtRounds = (): void => later.rounds.use((rounds) => rounds.refresh());
  const lookAtWorkshop = (): void => later.workshop.use((workshop) => workshop.refresh());
  session.events.on("led", (what) => (what === "workshop" ? lookAtWorkshop() : lookAtRounds()), signal);
  let settled = false;
  session.events.on(
    "ready",
    () => {
      if (settled) return;
      settled = true;
      page.root.toggleAttribute("data-ready", true);
      page.list.setAttribute("aria-busy", "false");
      firstView(context, copy.readNote(VIEW_NOTE));
      if (config.rounds) lookAtRounds();
      if (config.workshop) lookAtWorkshop();
    },
    signal,
  );
  session.events.on("ended", (why) => {
    if (why.code === "signed_out") void forgetBoards();
    if (GONE.has(why.code)) copy.forget();
    life.abort();
    page.root.replaceChildren();
    // Without it, the page asks the server again, which says why.
    void later.ended.load().then(
      (showEnded) => showEnded(page.root, config, why),
      () => location.reload(),
    );
  });
  forgetOthers(config.me.key);
  keepPage(context);
  session.start();
}

/**
 * Once in step, when there is nothing better to do: what was left for later is loaded, and the page is kept whole for the
 * next time without a network.
 */
function keepPage({ session, config, later, signal }: BoardContext): void {
  let isKept = false;
  session.events.on(
    "status",
    ({ connection, durable }) => {
      if (isKept || !durable || (connection !== "live" && connection !== "fallback")) return;
      isKept = true;
      applyLaterStyles();
      const always = [later.ended, later.craft, later.following, later.telling, later.news];
      const parts = config.comments ? [...always, later.comments, later.ideas] : always;
      const loaded = Promise.allSettled(parts.map((part) => part.load()));
      setTimeout(
        () =>
          void Promise.all([loaded, document.fonts.ready])
            .then(() => later.shell.load())
            .then(
              (keep) => keep(config.me.key, registerWorker),
              () => null,
            ),
        KEEP_PAGE_MS,
      );
    },
    signal,
  );
}

function notesIn(board: BoardDocument, zone: string): number {
  let count = 0;
  for (const object of board.values()) if (isWritten(object) && object.zone === zone) count += 1;
  return count;
}

function noteInView(context: BoardContext): void {
  const { actions, editor, selection, board } = context;
  const focus = selection.only;
  const made = actions.createNote(focus !== null && isWritten(board.get(focus)) ? { beside: focus } : {});
  if (made) editor.open(made, "end", true);
}

function readLetters(): boolean {
  try {
    return localStorage.getItem(LETTERS_KEY) === null;
  } catch {
    return true;
  }
}

/** The switch for single-letter shortcuts. */
function letters(context: BoardContext): void {
  const box = find<HTMLInputElement>("[data-letters]");
  if (!box) return;
  box.checked = context.lettersOn;
  on(
    box,
    "change",
    () => {
      context.lettersOn = box.checked;
      context.announcer.say(
        box.checked ? t("Raccourcis à une lettre activés") : t("Raccourcis à une lettre désactivés"),
      );
      try {
        if (box.checked) localStorage.removeItem(LETTERS_KEY);
        else localStorage.setItem(LETTERS_KEY, "1");
      } catch {
        // Not remembered; still in force on this page.
      }
    },
    context.signal,
  );
}
