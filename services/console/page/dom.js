// Makes elements. Everything that comes from outside becomes a text node; nothing here ever parses HTML.

export const $ = (id) => document.getElementById(id);

/** el("p", {class: "quiet", onclick: f}, "text", node, null) */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(node.dataset, value);
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "") continue;
    node.append(typeof child === "string" ? document.createTextNode(child) : child);
  }
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Makes the children of `parent` show `items`, keeping the node of every item whose stamp is the same: what has the focus,
 * is scrolled or plays stays as it is.
 */
export function reconcile(parent, items, {key, stamp, make}) {
  const kept = new Map();
  for (const child of parent.children) kept.set(child.dataset.key, child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const itemKey = String(key(item));
    const itemStamp = stamp(item);
    let node = kept.get(itemKey);
    kept.delete(itemKey);
    if (!node || node.dataset.stamp !== itemStamp) {
      const fresh = make(item);
      fresh.dataset.key = itemKey;
      fresh.dataset.stamp = itemStamp;
      if (node) {
        const focused = node.contains(document.activeElement) ? document.activeElement.dataset.act : null;
        if (node === place) place = fresh;
        node.replaceWith(fresh);
        if (focused) fresh.querySelector(`[data-act="${focused}"]`)?.focus();
      }
      node = fresh;
    }
    if (node === place) place = place.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of kept.values()) node.remove();
}

export function announce(text) {
  const place = $("announcements");
  place.replaceChildren(el("p", {}, text));
}

/**
 * Asks in a modal dialog. `fields` is a list of {name, label, type: "text"|"area", required, list, hint, value};
 * `act(values)` returns a promise: the dialog closes when it is kept, and shows why when it is not.
 */
export function ask({title, ok, fields, act, danger}) {
  const dialog = $("dialog");
  const inputs = {};
  $("dialog-title").textContent = title;
  $("dialog-ok").textContent = ok;
  $("dialog-ok").classList.toggle("danger", Boolean(danger));
  $("dialog-error").textContent = "";
  $("dialog-body").replaceChildren(...fields.map((field) => {
    const id = `dialog-${field.name}`;
    const input = field.type === "area"
      ? el("textarea", {id, rows: "3", maxlength: "2000", required: field.required})
      : el("input", {id, maxlength: "200", required: field.required, list: field.list ? `${id}-list` : null, autocomplete: "off"});
    input.value = field.value || "";
    inputs[field.name] = input;
    return el("div", {class: "field"}, el("label", {for: id}, field.label), input,
      field.list ? el("datalist", {id: `${id}-list`}, field.list.map((value) => el("option", {value}))) : null,
      field.hint ? el("p", {class: "quiet"}, field.hint) : null);
  }));
  const back = document.activeElement;
  const close = () => { dialog.close(); back?.focus?.(); };
  $("dialog-cancel").onclick = close;
  $("dialog-form").onsubmit = async (event) => {
    event.preventDefault();
    const values = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()]));
    const missing = fields.find((field) => field.required && !values[field.name]);
    if (missing) {
      $("dialog-error").textContent = `Please fill in “${missing.label}”.`;
      inputs[missing.name].focus();
      return;
    }
    $("dialog-ok").disabled = true;
    try {
      await act(values);
      close();
    } catch (error) {
      $("dialog-error").textContent = error.message;
    } finally {
      $("dialog-ok").disabled = false;
    }
  };
  dialog.showModal();
  Object.values(inputs)[0]?.focus();
}
