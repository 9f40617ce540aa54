//: expect: completed {"optional":null,"nullish":1,"spread":[1,2,3],"template":"a-b","class":"private","destructured":[1,[2,3]],"big":"18446744073709551616","regexp":"2026"}
class Box {
  #value = 'private';
  static of() {
    return new Box().#value;
  }
}
module.exports = (user, context, cb) => {
  const [first, ...rest] = [1, 2, 3];
  cb(null, {
    optional: user?.nothing?.here ?? null,
    nullish: null ?? 1,
    spread: [...[1, 2], ...new Set([3])],
    template: `${'a'}-${'b'}`,
    class: Box.of(),
    destructured: [first, rest],
    big: String(2n ** 64n),
    regexp: 'on 2026-11-23'.match(/(?<year>\d{4})(?=-)/).groups.year,
  });
};
