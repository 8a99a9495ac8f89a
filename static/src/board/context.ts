/** What the parts of the board's page share. Made once by `app`, read by the others. */

import type { Actions } from "./actions";
import type { BoardConfig } from "./config";
import type { Later } from "./later";
import type { LightMode } from "./light-mode";
import type { BoardDocument } from "./model/document";
import type { Names } from "./names";
import type { News } from "./news";
import type { People } from "./people";
import type { Peers } from "./presence/peers";
import type { Rights } from "./rights";
import type { Selection } from "./selection";
import type { SyncSession } from "./sync/session";
import type { Tools } from "./tools";
import type { Announcer } from "./view/announcer";
import type { Camera } from "./view/camera";
import type { ConnectorLayer } from "./view/connectors";
import type { BoardEditor } from "./view/editor";
import type { Stage } from "./view/stage";
import type { Toasts } from "./view/toast";

export interface BoardContext {
  readonly config: BoardConfig;
  readonly board: BoardDocument;
  readonly session: SyncSession;
  readonly selection: Selection;
  readonly tools: Tools;
  readonly rights: Rights;
  readonly people: People;
  readonly peers: Peers;
  readonly lightMode: LightMode;
  readonly names: Names;
  readonly news: News;
  readonly actions: Actions;
  /** What is loaded apart. */
  readonly later: Later;
  readonly camera: Camera;
  readonly stage: Stage;
  readonly connectors: ConnectorLayer;
  readonly editor: BoardEditor;
  readonly announcer: Announcer;
  readonly toasts: Toasts;
  readonly signal: AbortSignal;
  /** The parts of the page, by name. */
  readonly page: Page;
  /** Whether single-letter shortcuts are on (WCAG 2.1.4). */
  lettersOn: boolean;
}

/** Elements of templates/boards/board.html that scripts need. */
export interface Page {
  root: HTMLElement;
  stage: HTMLElement;
  dots: HTMLElement;
  /** What the camera moves: the list of objects, and the text area over them. */
  world: HTMLElement;
  list: HTMLElement;
  zones: HTMLElement;
  notes: HTMLElement;
  writing: HTMLElement;
  far: HTMLCanvasElement;
  arrows: SVGSVGElement;
  labels: SVGSVGElement;
  overlay: HTMLElement;
  plan: HTMLElement;
}
