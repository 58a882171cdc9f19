// Only these schemes ever become a link or a picture; everything else is dropped.

function parsed(text, schemes) {
  try {
    const url = new URL(text);
    return schemes.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export const safeLink = (text) => parsed(text, ["https:", "http:", "tel:", "line:"]);
export const safeImage = (text) => parsed(text, ["https:", "http:"]);

export function open(text) {
  const url = safeLink(text);
  if (url) window.open(url, "_blank", "noopener,noreferrer");
  return url !== null;
}
