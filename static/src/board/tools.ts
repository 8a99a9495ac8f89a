/** The tool in hand, and from which object an arrow is being drawn. With `carry`, the next press puts the selection there. */

import { Emitter } from "./emitter";

export type Tool = "select" | "note" | "text" | "zone" | "connector" | "carry" | "stroke";

export class Tools {
  readonly events = new Emitter<{ change: undefined }>();
  private tool: Tool = "select";
  private from: string | null = null;

  get current(): Tool {
    return this.tool;
  }

  /** The object an arrow starts from, once it is chosen. */
  get connectFrom(): string | null {
    return this.from;
  }

  take(tool: Tool, from: string | null = null): void {
    if (tool === this.tool && from === this.from) return;
    this.tool = tool;
    this.from = tool === "connector" ? from : null;
    this.events.emit("change", undefined);
  }
}
