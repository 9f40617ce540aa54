'use strict';

// Deep equality for `assert` and `util.isDeepStrictEqual`: own enumerable properties, prototypes and types when strict.

/** Whether `a` and `b` are equal, member by member. `strict` compares with Object.is and prototypes, else with `==`. */
module.exports = function deepEqual(a, b, strict) {
  return compare(a, b, strict, []);
};

function compare(a, b, strict, seen) {
  if (Object.is(a, b)) return true;
  const objects = a !== null && b !== null && typeof a === 'object' && typeof b === 'object';
  if (!objects) {
    if (strict) return false;
    return (
      (typeof a !== 'object' || a === null) && (typeof b !== 'object' || b === null) && (a == b || (a !== a && b !== b))
    );
  }
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  const kind = Object.prototype.toString.call(a);
  if (kind !== Object.prototype.toString.call(b)) return false;
  if (seen.some((pair) => pair[0] === a && pair[1] === b)) return true;
  const inside = seen.concat([[a, b]]);
  return sameValue(a, b, kind, strict) && sameMembers(a, b, strict, inside) && sameProperties(a, b, strict, inside);
}

function sameValue(a, b, kind, strict) {
  if (kind === '[object Date]') return Object.is(a.getTime(), b.getTime());
  if (kind === '[object RegExp]') return a.source === b.source && a.flags === b.flags && a.lastIndex === b.lastIndex;
  if (kind === '[object Error]') return a.message === b.message && a.name === b.name;
  if (/^\[object (Number|String|Boolean|BigInt|Symbol)\]$/.test(kind)) return Object.is(a.valueOf(), b.valueOf());
  if (ArrayBuffer.isView(a) && !(a instanceof DataView)) {
    return (
      a.length === b.length &&
      Array.prototype.every.call(a, (item, i) => (strict ? Object.is(item, b[i]) : item === b[i]))
    );
  }
  return !Array.isArray(a) || a.length === b.length;
}

function sameMembers(a, b, strict, seen) {
  if (a instanceof Set) {
    return (
      a.size === b.size &&
      Array.from(a).every((item) => b.has(item) || Array.from(b).some((other) => compare(item, other, strict, seen)))
    );
  }
  if (a instanceof Map) {
    return (
      a.size === b.size &&
      Array.from(a).every(([key, value]) => {
        if (b.has(key)) return compare(value, b.get(key), strict, seen);
        return Array.from(b).some(
          ([otherKey, other]) => compare(key, otherKey, strict, seen) && compare(value, other, strict, seen)
        );
      })
    );
  }
  return true;
}

function sameProperties(a, b, strict, seen) {
  if (ArrayBuffer.isView(a)) return true;
  const keys = (value) =>
    Object.keys(value).concat(
      strict
        ? Object.getOwnPropertySymbols(value).filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
        : []
    );
  const names = keys(a);
  if (names.length !== keys(b).length) return false;
  return names.every(
    (name) => Object.prototype.propertyIsEnumerable.call(b, name) && compare(a[name], b[name], strict, seen)
  );
}
