// Who are you?
import {useEffect, useRef, useState} from "preact/hooks";
import {signIn} from "../session.js";
import type {State} from "../store/state.js";
import {rich, t} from "../words/words.js";

interface Demo { demoLogin?: string; demoPassword?: string }

export function SignIn({state}: {state: State}) {
  const [demo, setDemo] = useState<Demo>({});
  const [busy, setBusy] = useState(false);
  const login = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useEffect(() => {
    login.current?.focus();
    fetch("/console/info").then((answer) => answer.json()).then((info: Demo) => {
      setDemo(info);
      if (!info.demoLogin || !info.demoPassword || !login.current || !password.current || login.current.value) return;
      login.current.value = info.demoLogin;
      password.current.value = info.demoPassword;
    }).catch(() => {});  // only a hint
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await signIn(login.current?.value ?? "", password.current?.value ?? "");
    setBusy(false);
  };
  return (
    <main id="sign-in" class="sign-in">
      <form id="sign-in-form" class="card" autocomplete="on" onSubmit={submit}>
        <h1><img src="/console/icon.svg" alt="" width="36" height="36" /> Hark</h1>
        <p class="quiet">{t("signInLead")}</p>
        <label for="login">{t("login")}</label>
        <input id="login" name="username" ref={login} autocomplete="username" autocapitalize="none" spellcheck={false} required />
        <label for="password">{t("password")}</label>
        <input id="password" name="password" ref={password} type="password" autocomplete="current-password" required />
        <p id="sign-in-error" class="error" role="alert">{busy ? "" : state.link.reason}</p>
        <button class="primary" type="submit" disabled={busy}>{t("signIn")}</button>
        {demo.demoLogin && (
          <p id="demo-hint" class="hint">
            {rich<string | preact.JSX.Element>("demoHint", {login: <strong>{demo.demoLogin}</strong>, password: <strong>{demo.demoPassword}</strong>})}
          </p>
        )}
      </form>
    </main>
  );
}
