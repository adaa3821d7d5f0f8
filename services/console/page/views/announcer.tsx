// Says things to the person: to screen readers always, on the screen for a moment.
import {useEffect, useState} from "preact/hooks";

type Kind = "news" | "problem";
interface Said { text: string; kind: Kind; number: number }
const SHOWN_MS = 6000;

let listener: (said: Said) => void = () => {};
let count = 0;

export function say(text: string, kind: Kind = "news"): void {
  listener({text, kind, number: ++count});
}

export function Announcer() {
  const [said, setSaid] = useState<Said | null>(null);
  const [visible, setVisible] = useState(false);
  useEffect(() => {
    listener = (next) => {
      setSaid(next);
      setVisible(next.kind === "problem");
    };
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setVisible(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return (
    <div class={`announcer ${visible ? "visible" : ""}`} aria-live={said?.kind === "problem" ? "assertive" : "polite"} role="status">
      {said && <p key={said.number}>{said.text}</p>}
    </div>
  );
}
