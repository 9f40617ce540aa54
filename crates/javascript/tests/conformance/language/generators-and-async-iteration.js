//: expect: completed [0,1,2,"a","b"]
module.exports = async function (user, context) {
  function* count(n) {
    for (let i = 0; i < n; i++) yield i;
  }
  async function* letters() {
    yield 'a';
    yield 'b';
  }
  const all = [...count(3)];
  for await (const letter of letters()) all.push(letter);
  return all;
};
