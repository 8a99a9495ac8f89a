/** Puts the board's page together: document, connection, drawing, gestures, keys, panels. */

import { all, find, on } from "../lib/dom";
import { t, tn } from "../lib/i18n";
import { Actions } from "./actions";
import { readConfig } from "./config";
import type { BoardContext, Page } from "./context";
import { BoardDocument } from "./model/document";
import { boundsOf } from "./model/geometry";
import { isPlaced, isWritten } from "./model/objects";
import { Names } from "./names";
import { People } from "./people";
import { broadcastPresence } from "./presence/broadcast";
import { CursorLayer } from "./presence/cursors";
import { Peers } from "./presence/peers";
import { Rights } from "./rights";
import { Selection } from "./selection";
import { BrowserCopy } from "./sync/local-copy";
import { SyncSession } from "./sync/session";
import { SocketTransport } from "./sync/socket-link";
import { Tools } from "./tools";
import { Announcer } from "./view/announcer";
import { Camera } from "./view/camera";
import { clipboard } from "./view/clipboard";
import { ConnectorLayer } from "./view/connectors";
import { ContextBar } from "./view/context-bar";
import { Dialogs } from "./view/dialogs";
import { BoardEditor } from "./view/editor";
import { showEnded } from "./view/ended";
import { Gestures } from "./view/gestures";
import { Header } from "./view/header";
import { BoardKeyboard } from "./view/keyboard";
import { pageKeys } from "./view/page-keys";
import { Plan } from "./view/plan";
import { Stage } from "./view/stage";
import { Toasts } from "./view/toast";
import { Toolbar } from "./view/toolbar";
import { Tray } from "./view/tray";

const LETTERS_KEY = "etabli:board-letters-off";
const VIEW_NOTE = "view";
/** Below this, the whole board at once would be unreadable: the first zone is shown instead. */
const READABLE = 0.45;

function findPage(): Page {
  const root = find(".board") as HTMLElement;
  const part = <T extends Element = HTMLElement>(selector: string): T => find<T>(selector, root) as T;
  return {
    root,
    stage: part("#stage"),
    world: part("[data-world]"),
    list: part("#board"),
    zones: part("[data-zones]"),
    notes: part("[data-notes]"),
    writing: part("[data-writing]"),
    arrows: part<SVGSVGElement>("[data-arrows]"),
    labels: part<SVGSVGElement>("[data-labels]"),
    overlay: part("[data-overlay]"),
    plan: part("#plan"),
  };
}

export function startBoard(): void {
  const life = new AbortController();
  const { signal } = life;
  const config = readConfig();
  const page = findPage();
  const board = new BoardDocument();
  const copy = new BrowserCopy(config.me.key, config.document);
  const transport = new SocketTransport(config.document, config.csrf, config.socketPath);
  const can = config.rights.edit && !config.rights.frozen ? ["read", "edit"] : ["read"];
  const session = new SyncSession(board, transport, copy, { can, frozen: config.rights.frozen });
  const selection = new Selection();
  const people = new People(config);
  const peers = new Peers(session, people, signal);
  const rights = new Rights(config.me.key, config.rights.ownOnly, session.status.canEdit);
  const names = new Names(board, people);
  const announcer = new Announcer(
    find("[data-polite]") as HTMLElement,
    find("[data-assertive]") as HTMLElement,
    signal,
  );
  const toasts = new Toasts(find("[data-toasts]") as HTMLElement, signal);
  const camera = new Camera();
  const actions = new Actions(board, selection, rights, names, announcer, toasts, () => camera.middle);
  const editor = new BoardEditor(() => context);
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
    },
    signal,
  );
  const connectors = new ConnectorLayer(page.arrows, page.labels, board, stage, camera, selection, signal);
  const context: BoardContext = {
    config,
    board,
    session,
    selection,
    tools: new Tools(),
    rights,
    people,
    peers,
    names,
    actions,
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
  const plan = new Plan(context, contextBar, dialogs, () => {
    views.show("board");
    focusBoard(context);
  });
  new Header(context);
  new Tray(context, copy);
  new CursorLayer(page.overlay, peers, camera, signal);
  new Toolbar(context, {
    note: () => (views.isPlanOnly ? plan.addNote() : noteInView(context)),
    showPlan: () => views.show("plan"),
    showBoard: () => views.show("board"),
    help: () => dialogs.help(),
  });
  broadcastPresence(context);
  clipboard(context, dialogs);
  pageKeys(context, keyboard, plan, dialogs);
  followBoard(context);
  followWindow(context, copy);
  letters(context);
  let settled = false;
  session.events.on(
    "ready",
    () => {
      if (settled) return;
      settled = true;
      page.root.toggleAttribute("data-ready", true);
      page.list.setAttribute("aria-busy", "false");
      firstView(context, copy.readNote(VIEW_NOTE));
    },
    signal,
  );
  session.events.on("ended", (why) => {
    if (why.code !== "signed_out" && why.code !== "sign_in" && why.code !== "version") copy.forget();
    life.abort();
    showEnded(page.root, config, why);
  });
  session.start();
}

function notesIn(board: BoardDocument, zone: string): number {
  let count = 0;
  for (const object of board.values()) if (isWritten(object) && object.zone === zone) count += 1;
  return count;
}

/** Which of board and plan a phone shows; on larger screens both are there. */
class Views {
  constructor(
    private readonly page: Page,
    private readonly selection: Selection,
  ) {}

  get isPlanOnly(): boolean {
    return this.page.stage.offsetParent === null || getComputedStyle(this.page.stage).visibility === "hidden";
  }

  /** The skip links lead to a view that a phone may have put away. */
  followSkipLinks(signal: AbortSignal): void {
    for (const link of all<HTMLAnchorElement>(".skip-link", this.page.root)) {
      on(link, "click", () => this.show(link.hash === "#plan" ? "plan" : "board"), signal);
    }
  }

  show(view: "plan" | "board"): void {
    this.page.root.dataset.view = view;
    for (const button of all("[data-view-of]", this.page.root)) {
      if (button.dataset.viewOf === view) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (view === "board") this.selection.edit(null);
  }
}

function noteInView(context: BoardContext): void {
  const { actions, editor, selection, board } = context;
  const focus = selection.only;
  const made = actions.createNote(focus !== null && isWritten(board.get(focus)) ? { beside: focus } : {});
  if (made) editor.open(made, "end", true);
}

function focusBoard({ selection, stage, page }: BoardContext): void {
  stage.flush();
  ((selection.focus !== null && stage.elementOf(selection.focus)) || page.list).focus({ preventScroll: true });
}

/** Where one left off, else the whole board, else its first zone. */
function firstView({ board, camera, page }: BoardContext, saved: string | null): void {
  const [x, y, zoom] = (saved ?? "").split(" ").map(Number);
  if (saved && x !== undefined && y !== undefined && zoom && [x, y, zoom].every(Number.isFinite)) {
    camera.set({ x, y, zoom });
    return;
  }
  const bounds = boundsOf([...board.values()].filter(isPlaced));
  if (!bounds || page.stage.clientWidth === 0) return;
  camera.fit(bounds);
  const first = board.zones()[0];
  if (camera.zoom < READABLE && first) camera.fit({ ...first, h: Math.min(first.h, first.w * 1.4) });
}

/** What others do, told once in a while; and what is gone is no longer selected. */
function followBoard({ board, selection, stage, peers, people, announcer, page, signal }: BoardContext): void {
  board.changes.on(
    "objects",
    (change) => {
      if (change.removed.length > 0) selection.drop(change.removed.map((object) => object.id));
      page.list.tabIndex = selection.focus === null ? 0 : -1;
      if (change.local || !page.root.hasAttribute("data-ready")) return;
      const added = change.added.map((id) => board.get(id)).filter(isWritten);
      const author = added[0] ? people.nameOf(added[0].author) : "";
      if (added.length > 0) {
        announcer.tell(
          added.every((note) => note.author === added[0]?.author)
            ? tn("%(name)s a ajouté %(num)s note.", "%(name)s a ajouté %(num)s notes.", added.length, { name: author })
            : tn("%(num)s note ajoutée.", "%(num)s notes ajoutées.", added.length),
        );
      }
      const removed = change.removed.filter(isWritten).length;
      if (removed > 0) announcer.tell(tn("%(num)s note supprimée.", "%(num)s notes supprimées.", removed));
    },
    signal,
  );
  selection.events.on(
    "change",
    () => {
      page.list.tabIndex = selection.focus === null ? 0 : -1;
    },
    signal,
  );
  board.changes.on(
    "objects",
    (change) => {
      // The names of zones count their notes, those of notes their arrows.
      const named = new Set<string>();
      for (const object of [...[...change.added, ...change.updated].map((id) => board.get(id)), ...change.removed]) {
        if (isPlaced(object)) named.add(object.zone);
        else if (object) named.add(object.from).add(object.to);
      }
      stage.redraw(named);
    },
    signal,
  );
  peers.events.on("selection", (ids) => stage.redraw(ids), signal);
  people.events.on("known", () => stage.redrawAll(true), signal);
}

function followWindow({ session, camera, page, signal }: BoardContext, copy: BrowserCopy): void {
  const measure = (): void => {
    const dock = matchMedia("(min-width: 45.0625em)").matches;
    camera.resize(page.stage.clientWidth, page.stage.clientHeight, {
      top: 0,
      right: 0,
      bottom: dock ? 56 : 12,
      left: dock ? 72 : 0,
    });
  };
  const observer = new ResizeObserver(measure);
  observer.observe(page.stage);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  measure();
  on(window, "online" as never, () => session.retryNow(), signal);
  on(window, "offline" as never, () => session.loseConnection(), signal);
  on(
    document,
    "visibilitychange" as never,
    () => {
      if (document.visibilityState === "hidden") session.flushNow();
      else session.retryNow();
    },
    signal,
  );
  addEventListener(
    "pagehide",
    () => {
      session.flushNow();
      if (page.root.hasAttribute("data-ready")) copy.writeNote(VIEW_NOTE, `${camera.x} ${camera.y} ${camera.zoom}`);
    },
    { signal },
  );
  addEventListener(
    "beforeunload",
    (event) => {
      if (session.status.unsaved > 0 && !session.status.durable) event.preventDefault();
    },
    { signal },
  );
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
