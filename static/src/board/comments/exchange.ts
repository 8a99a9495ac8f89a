/** Requests about comments: forms, sent again with the same key when nobody knows whether they arrived. */

/** The server read it and said no; `message` is for people. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody knows whether it arrived: no network, or a server that cannot answer now. */
export class Unanswered extends Error {}

const TIMEOUT_MS = 20_000;
const PASSING = new Set([408, 429]);

export class Exchange {
  constructor(private csrf: string) {}

  /** Raises: Refused, Unanswered. */
  get(url: string): Promise<unknown> {
    return this.request(url, {});
  }

  /** Sends a form; a page that outlived its token asks for another and tries once more. Raises: Refused, Unanswered. */
  async post(url: string, fields: Record<string, string> | [string, string][]): Promise<unknown> {
    const send = (): Promise<unknown> =>
      this.request(url, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": this.csrf } });
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== "csrf") throw error;
    }
    this.csrf = ((await this.get("/form-token")) as { token: string }).token;
    return send();
  }

  private async request(url: string, options: RequestInit): Promise<unknown> {
    let answer: Response;
    try {
      answer = await fetch(url, {
        credentials: "same-origin",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...options,
        headers: { Accept: "application/json", ...options.headers },
      });
    } catch {
      throw new Unanswered();
    }
    const said = (await answer.json().catch(() => null)) as { error?: string; code?: string } | null;
    if (answer.ok && said) return said;
    if (answer.status >= 500 || PASSING.has(answer.status) || answer.ok) throw new Unanswered(said?.error ?? "");
    throw new Refused(answer.status, said?.code ?? "", said?.error ?? "");
  }
}
