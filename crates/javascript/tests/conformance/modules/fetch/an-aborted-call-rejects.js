//: answer: never
//: expect: completed ["AbortError", true]
//: expect request: GET https://api.example.com/a
module.exports = async () => {
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  return fetch('https://api.example.com/a', { signal: controller.signal }).catch((error) => [
    error.name,
    controller.signal.aborted,
  ]);
};
