//: expect: completed
//: expect log: info {"a":"\"\\\b\f\r\t\u0001/é€😀","b":[1,-2,3.5,1e+21,null,null,null,true,false,[],{}],"d":0} true
//: expect log: info "\ud800" {"2":1,"10":2,"z":3} [null] {"t":"1970-01-01T00:00:00.000Z"} {"n":1}
//: expect log: info got {"v":7} {"own":1} {"a":[1,2]} undefined undefined
//: expect log: info TypeError circular TypeError
//: expect log: info 😀 true -0 1e400 1234567890123 a/b 2 true ["__proto__"]
//: expect log: info true SyntaxError SyntaxError SyntaxError SyntaxError SyntaxError SyntaxError SyntaxError
//: expect log: info [0.1,-2.5e-7,1e+300,5e-324,4294967296,-2147483648,1,0]
//: expect log: info 42 {\n "a": 1\n} {"a":1}
//: expect log: info parse 2 stringify 3 500
module.exports = function (user, context, cb) {
  const { stringify, parse } = JSON;
  const odd = { a: '"\\\b\f\r\t\u0001/é€😀', b: [1, -2, 3.5, 1e21, NaN, undefined, () => 1, true, false, [], {}], c: undefined };
  odd.d = -0;
  odd[Symbol('s')] = 1;
  console.log(stringify(odd), stringify('\n') === '"\\n"');

  const keys = { z: 3, 10: 2, 2: 1 };
  const inherits = Object.assign(Object.create({ far: 1 }), { n: 1 });
  console.log([stringify('\ud800'), stringify(keys), stringify([,]), stringify({ t: new Date(0) }), stringify(inherits)].join(' '));

  let asked = 0;
  const getter = { get v() { asked += 1; return 6 + asked; } };
  const own = { toJSON: () => ({ own: 1 }) };
  const proxy = new Proxy({ a: [1, 2] }, {});
  console.log('got', stringify(getter), stringify(own), stringify(proxy), stringify(undefined), stringify(() => 1));

  const circle = {};
  circle.self = circle;
  const names = [() => stringify(circle), () => stringify({ big: 1n })].map((call) => {
    try {
      return call();
    } catch (error) {
      return `${error.name}${/circular/.test(error.message) ? ' circular' : ''}`;
    }
  });
  console.log(names.join(' '));

  const read = parse(' {"s":"\\ud83d\\ude00","h":"\\ud800","m":-0,"l":1e400,"w":1234567890123,"p":"a\\/b","t":1,"t":2,"__proto__":{"x":1}} ');
  const zero = Object.is(read.m, -0) ? '-0' : read.m;
  const far = read.l === Infinity ? '1e400' : read.l;
  const proto = Object.getPrototypeOf(read) === Object.prototype;
  console.log(read.s, read.h === '\ud800', zero, far, read.w, read.p, read.t, proto, stringify(Object.keys(read).slice(-1)));

  const wrong = ['{"a":1,}', '[1', '01', '1.', '-', '"\n"', '{} x'].map((text) => {
    try {
      return parse(text);
    } catch (error) {
      return error.name;
    }
  });
  console.log(parse('true'), ...wrong);
  console.log(stringify(parse('[0.1, -0.00000025, 1E+300, 5e-324, 4294967296, -2147483648, 1.0, 0e0]')));

  console.log(parse('{"a":41}', (key, value) => (key === '' ? value.a + 1 : value)), stringify({ a: 1 }, null, 1), stringify({ a: 1, b: 2 }, ['a']));

  let depth = 0;
  for (let value = parse('['.repeat(500) + ']'.repeat(500)); value; value = value[0]) depth += 1;
  console.log(parse.name, parse.length, stringify.name, stringify.length, depth);
  cb();
};
