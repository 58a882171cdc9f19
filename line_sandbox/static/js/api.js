// The control API of the sandbox. A refusal becomes an Error with the sandbox's own words.

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.message || `HTTP ${response.status}`);
  return body;
}

export const get = (path) => fetch(`/_sandbox/${path}`).then(answer);

export const post = (path, body) =>
  fetch(`/_sandbox/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  }).then(answer);

export function sendFiles(user, chat, files) {
  const form = new FormData();
  form.set("as", user);
  form.set("chat", chat);
  for (const file of files) form.append("files", file);
  return fetch("/_sandbox/files", { method: "POST", body: form }).then(answer);
}
