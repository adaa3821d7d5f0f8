// A page of its own for one message whose pictures the agent asked for: its policy lets pictures in from outside, which the
// console's own does not, and it has no origin, so it can reach nothing of the console's. The message is shown in a frame of
// it, without scripts.
addEventListener("message", ({source, data}) => {
  if (source !== parent || typeof data !== "string") return;
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-popups allow-popups-to-escape-sandbox");
  frame.referrerPolicy = "no-referrer";
  frame.title = document.title;
  frame.srcdoc = data;
  document.body.replaceChildren(frame);
});
parent.postMessage("ready", "*");
