// Files, both ways, over HTTP beside the socket.
import type {ChatFile} from "hark/v1";
import type {KeptFile} from "./memory";

const ATTEMPTS_MAX = 6;
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 60_000;

/** The server has not taken a file; the message is its words. */
export class NotTaken extends Error {
  /** `status` 0: the line broke. `retryAfter` as the header gives it, or null. */
  constructor(readonly status: number, words: string, readonly retryAfter: string | null = null) {
    super(words);
  }
}

/** How long to wait before this file may be taken after all; null: it never will be. `attempt` counts from 0. */
export function retryDelay(refusal: unknown, attempt: number): number | null {
  const passes = refusal instanceof NotTaken && (refusal.status === 0 || refusal.status === 429 || refusal.status === 503);
  if (!passes || attempt + 1 >= ATTEMPTS_MAX) return null;
  const wished = Number(refusal.retryAfter ?? "") * 1_000;
  return Math.min(RETRY_MOST_MS, wished > 0 ? wished : RETRY_FIRST_MS * 2 ** attempt);
}

/** Sends a file; tells how far it is, from 0 to 1. Rejects with NotTaken, or with the reason of `signal`. */
export function upload(server: string, token: string, file: File, progress: (part: number) => void, signal: AbortSignal): Promise<KeptFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();  // fetch tells no progress
    request.open("POST", `${server}/chat/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    if (file.type) request.setRequestHeader("Content-Type", file.type);
    request.upload.onprogress = (event) => progress(event.total > 0 ? event.loaded / event.total : 0);
    request.onerror = () => reject(new NotTaken(0, "connection"));
    request.onload = () => {
      if (request.status !== 200) {
        reject(new NotTaken(request.status, request.responseText, request.getResponseHeader("Retry-After")));
        return;
      }
      const kept = JSON.parse(request.responseText) as ChatFile;
      resolve({fileName: kept.fileName ?? "", contentType: kept.contentType ?? "", sizeBytes: kept.sizeBytes ?? "0", token: kept.token ?? ""});
    };
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason as Error);
    });
    request.send(file);
  });
}

/** Gets a file of an item and hands it to the browser to save. */
export async function save(server: string, token: string, offset: string, index: number, name: string): Promise<void> {
  const answer = await fetch(`${server}/chat/files/${offset}/${index}`, {headers: {Authorization: `Bearer ${token}`}});
  if (!answer.ok) throw new Error(await answer.text());
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
