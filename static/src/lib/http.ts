/** Requests to our own server: same origin, the token against cross-site posts, JSON by default. */

export type Answer = { ok: boolean; status: number; json: unknown; text: string };

/** The token of this page; forms carry the same one in a hidden field. */
export function csrfToken(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
}

/**
 * Sends a request. `body` objects go as JSON, a `file` as it is. `accept` is what the caller reads.
 * Raises: TypeError when there is no network, AbortError when `signal` says so.
 */
export async function send(
  url: string,
  {
    method = "GET",
    body,
    file,
    accept = "application/json",
    signal,
  }: { method?: string; body?: unknown; file?: Blob; accept?: string; signal?: AbortSignal } = {},
): Promise<Answer> {
  const headers: Record<string, string> = { Accept: accept };
  if (method !== "GET") headers["X-CSRFToken"] = csrfToken();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (file) headers["Content-Type"] = file.type || "application/octet-stream";
  const response = await fetch(url, {
    method,
    headers,
    body: file ?? (body === undefined ? null : JSON.stringify(body)),
    signal: signal ?? null,
    credentials: "same-origin",
  });
  const text = await response.text();
  const isJson = response.headers.get("Content-Type")?.includes("json");
  return { ok: response.ok, status: response.status, json: isJson ? JSON.parse(text) : null, text };
}
