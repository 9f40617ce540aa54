//: expect: completed
//: expect log: info { a: 1, 'b-c': 'text', nested: { deep: { deeper: [Object] } } }
//: expect log: info [ 1, "it's", [ 'x' ], <2 empty items>, null ]
//: expect log: info Map(1) { 'k' => { v: 1 } } Set(2) { 1, 'x' }
//: expect log: info [Function: named] [Function (anonymous)] [class A] [class B extends A]
//: expect log: info A { x: 1 } [Object: null prototype] {} 1970-01-01T00:00:00.000Z /x/gi
//: expect log: info <ref *1> { self: [Circular *1] }
//: expect log: info { get: [Getter], [Symbol(s)]: 1 }
//: expect log: info Uint8Array(2) [ 1, 2 ]
module.exports = function (user, context, cb) {
  console.log({ a: 1, 'b-c': 'text', nested: { deep: { deeper: { deepest: 1 } } } });
  console.log([1, "it's", ['x'], , , null]);
  console.log(new Map([['k', { v: 1 }]]), new Set([1, 'x']));
  class A {
    constructor() {
      this.x = 1;
    }
  }
  class B extends A {}
  console.log(function named() {}, (() => () => {})(), A, B);
  console.log(new A(), Object.create(null), new Date(0), /x/gi);
  const circular = {};
  circular.self = circular;
  console.log(circular);
  console.log({ get get() { return 1; }, [Symbol('s')]: 1 });
  console.log(new Uint8Array([1, 2]));
  cb();
};
