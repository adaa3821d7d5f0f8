// Looks. Sites set the custom properties on the element `hark-chat`, or on any element around it.
export const style = `
:host {
  --accent: var(--hark-accent, #0b5cad); --accent-text: var(--hark-accent-text, #fff);
  --back: var(--hark-background, #fff); --fore: var(--hark-text, #1a1f26); --quiet: var(--hark-quiet, #5a6472);
  --line: var(--hark-line, #d5dae1); --soft: var(--hark-soft, #eef1f5); --bad: var(--hark-bad, #b3261e);
  --radius: var(--hark-radius, 14px);
  font: 16px/1.45 var(--hark-font, system-ui, sans-serif); color: var(--fore); color-scheme: light;
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: var(--hark-accent, #8ec1ff); --accent-text: var(--hark-accent-text, #06233f);
    --back: var(--hark-background, #161b22); --fore: var(--hark-text, #e8ecf1); --quiet: var(--hark-quiet, #a3adba);
    --line: var(--hark-line, #39424e); --soft: var(--hark-soft, #222a34); --bad: var(--hark-bad, #ffb4ab);
    color-scheme: dark;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea, input { font: inherit; color: inherit; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; inline-size: 60px; block-size: 60px; border: 0;
  border-radius: 50%; background: var(--accent); color: var(--accent-text); box-shadow: 0 4px 16px rgb(0 0 0 / .28);
}
.launcher svg, .icon svg { inline-size: 24px; block-size: 24px; display: block; margin: auto; }
.badge {
  position: absolute; inset-block-start: -4px; inset-inline-end: -4px; min-inline-size: 24px; padding: 2px 6px; border-radius: 12px;
  background: var(--bad); color: var(--back); font-size: 13px; font-weight: 700; line-height: 20px;
}

.panel {
  display: flex; flex-direction: column; background: var(--back); color: var(--fore); overflow: hidden;
}
.floating {
  position: fixed; inset-block-end: 92px; inset-inline-end: 20px; z-index: 2147483000; inline-size: 384px; block-size: min(640px, calc(100dvh - 112px));
  border: 1px solid var(--line); border-radius: var(--radius); box-shadow: 0 8px 32px rgb(0 0 0 / .24);
}
.whole { block-size: 100dvh; max-inline-size: 760px; margin-inline: auto; border-inline: 1px solid var(--line); }
@media (max-width: 480px) {
  .floating { inset: 0; inline-size: 100%; block-size: 100dvh; border: 0; border-radius: 0; }
  .launcher.opened { display: none; }
}

header { display: flex; align-items: center; gap: 8px; padding: 12px 16px; background: var(--accent); color: var(--accent-text); }
h1 { flex: 1; margin: 0; font-size: 18px; font-weight: 650; overflow-wrap: anywhere; }
.icon { inline-size: 44px; block-size: 44px; border: 0; border-radius: 10px; background: none; flex: none; }
header .icon:focus-visible { outline-color: var(--accent-text); outline-offset: -3px; }
.status { padding: 8px 16px; background: var(--soft); border-block-end: 1px solid var(--line); font-size: 14px; }
.status.bad { color: var(--bad); font-weight: 600; }

.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; margin: 0; padding: 16px; list-style: none; display: flex; flex-direction: column; gap: 10px; }
.greeting { color: var(--quiet); text-align: center; margin: auto 12px; }
.entry { max-inline-size: 86%; align-self: flex-start; }
.entry.own { align-self: flex-end; }
.by { margin: 0 4px 2px; font-size: 13px; color: var(--quiet); }
.own .by { text-align: end; }
.bubble {
  padding: 8px 13px; border-radius: var(--radius); background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere;
  border-end-start-radius: 4px;
}
.own .bubble { background: var(--accent); color: var(--accent-text); border-end-start-radius: var(--radius); border-end-end-radius: 4px; }
.waits .bubble { opacity: .78; }
.bubble a { color: inherit; text-decoration: underline; }
.file {
  display: block; margin-block-start: 4px; padding: 8px 12px; min-block-size: 44px; max-inline-size: 100%; border: 1px solid var(--line); border-radius: 10px;
  background: var(--back); color: var(--fore); text-align: start; overflow-wrap: anywhere;
}
.note { margin: 2px 4px 0; font-size: 13px; color: var(--quiet); }
.note.bad { color: var(--bad); }
.own .note { text-align: end; }
.plain { border: 0; background: none; color: inherit; text-decoration: underline; padding: 12px 6px; margin: -8px 0; font-size: 13px; }
.typing { padding: 0 20px 8px; min-block-size: 1.5em; font-size: 14px; color: var(--quiet); }

details { padding: 0 16px; border-block-start: 1px solid var(--line); font-size: 15px; }
summary { padding: 11px 0; cursor: pointer; color: var(--quiet); }
.who { display: grid; gap: 8px; padding-block-end: 12px; }
.who input { inline-size: 100%; min-block-size: 44px; padding: 8px 12px; border: 1px solid var(--quiet); border-radius: 10px; background: var(--back); }
.button { min-block-size: 44px; padding: 8px 18px; border: 0; border-radius: 10px; background: var(--accent); color: var(--accent-text); font-weight: 600; }

.composer { border-block-start: 1px solid var(--line); padding: 10px 12px calc(10px + env(safe-area-inset-bottom)); }
.row { display: flex; align-items: flex-end; gap: 6px; }
textarea {
  flex: 1; min-inline-size: 0; min-block-size: 44px; max-block-size: 160px; resize: none; padding: 10px 12px; border: 1px solid var(--quiet);
  border-radius: 12px; background: var(--back);
}
.chips { display: grid; gap: 6px; margin: 0 0 8px; padding: 0; list-style: none; font-size: 14px; }
.chips:empty { display: none; }
.chip { display: flex; align-items: center; gap: 8px; padding-inline-start: 10px; border: 1px solid var(--line); border-radius: 10px; min-block-size: 44px; }
.chip span { flex: 1; overflow-wrap: anywhere; }
.chip progress { inline-size: 72px; accent-color: var(--accent); }
@media (prefers-reduced-motion: no-preference) {
  .entry { animation: rise .16s ease-out; }
  @keyframes rise { from { transform: translateY(6px); opacity: 0; } }
}
`;
