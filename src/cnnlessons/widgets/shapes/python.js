// Reads the part of Python that networks are written and printed in: calls, numbers, texts, lists, and print's `(0): …`.

export class Unread extends Error {}

const WORDS = { True: true, False: false, None: null };
const TEXTS = new Set(["same", "valid", "zeros", "reflect", "replicate", "circular"]); // print leaves their quotes out
const TOKEN = /\s+|#[^\n]*|(?<number>\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|(?<text>"[^"\n]*"|'[^'\n]*')|(?<name>[A-Za-z_][\w.]*)|(?<sign>\/\/|\*\*|[-+*\/()[\]{},:=])/y;

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) {
      const rest = text.slice(at).split("\n")[0].slice(0, 30);
      return [...found, { sign: "end", shown: rest }]; // told only if the network is not whole before it
    }
    const { number, text: quoted, name, sign } = match.groups;
    if (number !== undefined) found.push({ number: Number(number), shown: number });
    else if (quoted !== undefined) found.push({ quoted: quoted.slice(1, -1), shown: quoted });
    else if (name !== undefined) found.push({ name, shown: name });
    else if (sign !== undefined) found.push({ sign, shown: sign });
  }
  return [...found, { sign: "end", shown: "the end of the text" }];
}

// The first expression of `text`: numbers, texts, true, false and null as they are, tuples and lists as arrays,
// a dictionary as { pairs }, a call as { call, args, named, parts }; parts are the [name, expression] that print shows.
export function read(text) {
  const list = tokens(text);
  let at = 0;
  const is = (sign) => list[at].sign === sign;
  const take = (sign) => is(sign) && Boolean(++at);
  function need(sign) {
    if (!take(sign)) throw new Unread(`A ${sign} is missing before ${list[at].shown}: paste the network as a whole.`);
  }

  function sum() {
    let value = product();
    while (is("+") || is("-")) value = calculated(value, list[at++].sign, product());
    return value;
  }
  function product() {
    let value = one();
    while (["*", "/", "//", "**"].includes(list[at].sign)) value = calculated(value, list[at++].sign, one());
    return value;
  }
  function calculated(a, sign, b) {
    if (typeof a !== "number" || typeof b !== "number") throw new Unread(`${sign} is read between numbers only.`);
    return { "+": a + b, "-": a - b, "*": a * b, "/": a / b, "//": Math.floor(a / b), "**": a ** b }[sign];
  }
  function one() {
    const token = list[at++];
    if (token.number !== undefined) return token.number;
    if (token.quoted !== undefined) return token.quoted;
    if (token.sign === "-") return calculated(0, "-", one());
    if (token.sign === "*") throw new Unread(`* unpacks a list that only Python can make: write its layers out.`);
    if (token.sign === "(") return round();
    if (token.sign === "[") return items("]");
    if (token.sign === "{") return dictionary();
    if (token.name === undefined) throw new Unread(`A value is missing before ${token.shown}.`);
    if (is("(")) return call(token.name);
    if (token.name in WORDS) return WORDS[token.name];
    if (TEXTS.has(token.name)) return token.name;
    throw new Unread(`${token.name} is a name whose value is not in the text: write the value in its place.`);
  }
  function items(end) {
    const found = [];
    while (!take(end)) {
      found.push(sum());
      if (!is(end)) need(",");
    }
    return found;
  }
  function round() { // a tuple, or brackets around one value
    const before = at;
    const found = items(")");
    return found.length === 1 && list[at - 2].sign !== "," && at > before ? found[0] : found;
  }
  function dictionary() {
    const pairs = [];
    while (!take("}")) {
      const key = sum();
      need(":");
      pairs.push([key, sum()]);
      if (!is("}")) need(",");
    }
    return { pairs };
  }
  function call(name) {
    need("(");
    const made = { call: name.split(".").at(-1), args: [], named: {}, parts: [] };
    while (!take(")")) {
      if (is("(") && list[at + 2]?.sign === ")" && list[at + 3]?.sign === ":") { // print's (0): …
        const part = list[at + 1].shown;
        at += 4;
        made.parts.push([part, sum()]);
        continue;
      }
      if (list[at].name !== undefined && list[at + 1].sign === "=") {
        const key = list[at].name;
        at += 2;
        made.named[key] = sum();
      } else made.args.push(sum());
      if (!is(")")) need(",");
    }
    return made;
  }

  const found = [sum()];
  while (take(",") && !is("end")) found.push(sum()); // layers in a row without a Sequential around them
  return found.length > 1 ? { call: "Sequential", args: found, named: {}, parts: [] } : found[0];
}
