/** The tools of the craft, loaded apart (see `later`): copy and paste, pictures, arranging, the menu, snapping, sizing. */

import type { BoardContext } from "../context";
import type { Benches } from "../later";
import { Arranging } from "./arranging";
import { ByKeyboard } from "./by-keyboard";
import { Choice } from "./choice";
import { Clipboard } from "./clipboard";
import { Menu } from "./menu";
import { Pasting } from "./pasting";
import { Pictures } from "./pictures";
import { Sizing } from "./sizing";
import { Snapping } from "./snapping";

export class Craft {
  readonly arranging: Arranging;
  readonly byKeyboard: ByKeyboard;
  readonly pasting: Pasting;
  readonly clipboard: Clipboard;
  readonly snapping: Snapping;
  readonly pictures: Pictures;
  readonly sizing: Sizing;
  readonly choice: Choice;
  readonly menu: Menu;

  constructor(context: BoardContext, benches: Benches) {
    this.arranging = new Arranging(context);
    this.byKeyboard = new ByKeyboard(context);
    this.pasting = new Pasting(context);
    this.clipboard = new Clipboard(context, this.pasting, benches.dialogs);
    this.snapping = new Snapping(context);
    this.pictures = new Pictures(context, benches.work.write);
    this.sizing = new Sizing(context, this.snapping);
    this.choice = new Choice(context);
    this.menu = new Menu(context, this, benches);
  }
}
