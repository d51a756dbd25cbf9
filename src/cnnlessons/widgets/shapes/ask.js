// Questions to a worker whose program is the text `program`; it starts with the first.

export class Unanswered extends Error {} // with a sentence for the reader

export function asking(program) {
  let worker;
  const waiting = [];
  function answered({ data: { id, answer, unread, why } }) {
    const { resolve, reject } = waiting[id];
    delete waiting[id];
    if (answer) resolve(answer);
    else reject(unread ? new Unanswered(why) : new Error(why));
  }
  function ask(question) {
    if (!worker) {
      const url = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
      worker = new Worker(url);
      URL.revokeObjectURL(url);
      worker.onmessage = answered;
    }
    return new Promise((resolve, reject) => worker.postMessage({ ...question, id: waiting.push({ resolve, reject }) - 1 }));
  }
  return { ask, stop: () => worker?.terminate() };
}
