// Files, both ways, over HTTP beside the socket.
import type {ChatFile} from "hark/v1";
import type {KeptFile} from "./memory";

/** Sends a file; tells how far it is, from 0 to 1. */
export function upload(server: string, token: string, file: File, progress: (part: number) => void): Promise<KeptFile> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();  // fetch tells no progress
    request.open("POST", `${server}/chat/files?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Authorization", `Bearer ${token}`);
    if (file.type) request.setRequestHeader("Content-Type", file.type);
    request.upload.onprogress = (event) => progress(event.total > 0 ? event.loaded / event.total : 0);
    request.onerror = () => reject(new Error("connection"));
    request.onload = () => {
      if (request.status !== 200) {
        reject(new Error(request.responseText));
        return;
      }
      const kept = JSON.parse(request.responseText) as ChatFile;
      resolve({fileName: kept.fileName ?? "", contentType: kept.contentType ?? "", sizeBytes: kept.sizeBytes ?? "0", token: kept.token ?? ""});
    };
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
