// LINE's sticker pictures may not be redistributed: the sandbox shows an emoji for each id.
export const STICKERS = [
  ["1988", "👋", "Hello"], ["1989", "👍", "OK"], ["1990", "🙏", "Thanks"], ["1991", "😊", "Smile"],
  ["1992", "😂", "Laugh"], ["1993", "😢", "Cry"], ["1994", "😡", "Angry"], ["1995", "❤️", "Love"],
  ["1996", "🎉", "Congrats"], ["1997", "🤔", "Thinking"], ["1998", "😴", "Sleepy"], ["1999", "🙇", "Sorry"],
];
export const PACKAGE = "446";
const KNOWN = new Map(STICKERS.map(([id, face, word]) => [id, { face, word }]));
export const sticker = (id) => KNOWN.get(String(id)) || { face: "🐻", word: "Sticker" };
