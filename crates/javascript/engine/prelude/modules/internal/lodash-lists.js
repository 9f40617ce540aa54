'use strict';

// lodash: arrays and collections. A collection is an array, a text, or an object whose values count.
const { iteratee, get } = require('internal/lodash-paths');
const { isEqual, isArrayLike, toArray } = require('internal/lodash-values');

/** Pairs of key and value. */
function entries(collection) {
  if (collection === null || collection === undefined) return [];
  if (isArrayLike(collection)) return Array.from(collection, (value, index) => [index, value]);
  return Object.keys(collection).map((key) => [key, collection[key]]);
}

const list = (array) => (array === null || array === undefined ? [] : Array.from(array));
const values = (collection) => entries(collection).map(([, value]) => value);

function by(transform) {
  return (collection, value) => transform(collection, iteratee(value));
}

function ordered(collection, keys, orders) {
  const readers = keys.map(iteratee);
  const rank = (value) => (value === undefined || value !== value ? 2 : value === null ? 1 : 0);
  const compare = (a, b) => (rank(a) !== rank(b) ? rank(a) - rank(b) : a < b ? -1 : a > b ? 1 : 0);
  const rows = values(collection).map((item, index) => ({ item, index, keys: readers.map((read) => read(item)) }));
  rows.sort((a, b) => {
    for (let i = 0; i < readers.length; i++) {
      const difference = compare(a.keys[i], b.keys[i]);
      if (difference) return orders[i] === 'desc' ? -difference : difference;
    }
    return a.index - b.index;
  });
  return rows.map((row) => row.item);
}

function uniqueBy(array, read) {
  const seen = new Set();
  return list(array).filter((item) => {
    const key = read(item);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Splits `[...arrays, iteratee]` where the last one is no array. */
function withReader(args) {
  const last = args[args.length - 1];
  return args.length > 1 && !Array.isArray(last) ? [args.slice(0, -1), iteratee(last)] : [args, (item) => item];
}

function differenceBy(...args) {
  const [[first, ...others], read] = withReader(args);
  const out = new Set(others.flat().map((item) => read(item)));
  return list(first).filter((item) => !out.has(read(item)));
}

function intersectionBy(...args) {
  const [[first, ...others], read] = withReader(args);
  const sets = others.map((array) => new Set(list(array).map((item) => read(item))));
  return uniqueBy(first, read).filter((item) => sets.every((set) => set.has(read(item))));
}

function unionBy(...args) {
  const [arrays, read] = withReader(args);
  return uniqueBy(arrays.flat(), read);
}

function extreme(better) {
  return (array, value) => {
    const read = iteratee(value);
    let best;
    for (const item of list(array)) {
      const key = read(item);
      if (key !== null && key !== undefined && key === key && (best === undefined || better(key, best.key))) {
        best = { item, key };
      }
    }
    return best && best.item;
  };
}

function each(collection, visit) {
  for (const [key, value] of entries(collection)) {
    if (visit(value, key, collection) === false) break;
  }
  return collection;
}

function range(start, end, step) {
  if (end === undefined) [start, end] = [0, start];
  const stride = step === undefined ? (start < end ? 1 : -1) : step;
  return Array.from(
    { length: Math.max(0, Math.ceil((end - start) / (stride || 1))) },
    (unused, i) => start + i * stride
  );
}

const sum = (array, read) => list(array).reduce((total, item) => total + read(item), 0);
const grouped = (collection, read, add) =>
  entries(collection).reduce((groups, [, value]) => add(groups, read(value), value), {});
const own = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

module.exports = {
  each,
  forEach: each,
  range,
  differenceBy,
  intersectionBy,
  unionBy,
  eachRight: (collection, visit) => {
    entries(collection)
      .reverse()
      .some(([key, value]) => visit(value, key, collection) === false);
    return collection;
  },
  map: (collection, value) => entries(collection).map(([key, item]) => iteratee(value)(item, key, collection)),
  flatMap: (collection, value) => entries(collection).flatMap(([key, item]) => iteratee(value)(item, key, collection)),
  filter: (collection, value) =>
    entries(collection)
      .filter(([key, item]) => iteratee(value)(item, key, collection))
      .map(([, item]) => item),
  reject: (collection, value) =>
    entries(collection)
      .filter(([key, item]) => !iteratee(value)(item, key, collection))
      .map(([, item]) => item),
  find: (collection, value) =>
    (entries(collection).find(([key, item]) => iteratee(value)(item, key, collection)) || [])[1],
  findLast: (collection, value) =>
    (entries(collection)
      .reverse()
      .find(([key, item]) => iteratee(value)(item, key, collection)) || [])[1],
  findIndex: (array, value) => list(array).findIndex((item, i) => iteratee(value)(item, i, array)),
  findLastIndex(array, value) {
    const read = iteratee(value);
    for (let i = list(array).length - 1; i >= 0; i--) if (read(array[i], i, array)) return i;
    return -1;
  },
  some: (collection, value) => entries(collection).some(([key, item]) => iteratee(value)(item, key, collection)),
  every: (collection, value) => entries(collection).every(([key, item]) => iteratee(value)(item, key, collection)),
  includes: (collection, value, from = 0) =>
    typeof collection === 'string' ? collection.includes(value, from) : values(collection).slice(from).includes(value),
  reduce(collection, change, initial) {
    const pairs = entries(collection);
    let result = arguments.length < 3 ? (pairs.shift() || [])[1] : initial;
    for (const [key, value] of pairs) result = change(result, value, key, collection);
    return result;
  },
  size: (collection) =>
    collection instanceof Map || collection instanceof Set ? collection.size : entries(collection).length,
  sortBy: (collection, ...keys) => ordered(collection, keys.length ? keys.flat() : [undefined], []),
  orderBy: (collection, keys, orders) =>
    ordered(collection, keys === undefined ? [undefined] : [].concat(keys), [].concat(orders || [])),
  groupBy: by((collection, read) =>
    grouped(collection, read, (groups, key, value) => {
      (own(groups, key) ? groups[key] : (groups[key] = [])).push(value);
      return groups;
    })
  ),
  keyBy: by((collection, read) =>
    grouped(collection, read, (groups, key, value) => {
      groups[key] = value;
      return groups;
    })
  ),
  countBy: by((collection, read) =>
    grouped(collection, read, (groups, key) => {
      groups[key] = (own(groups, key) ? groups[key] : 0) + 1;
      return groups;
    })
  ),
  partition: by((collection, read) =>
    values(collection).reduce(
      (parts, item) => {
        parts[read(item) ? 0 : 1].push(item);
        return parts;
      },
      [[], []]
    )
  ),
  chunk: (array, size = 1) =>
    size < 1
      ? []
      : Array.from({ length: Math.ceil(list(array).length / size) }, (unused, i) =>
          list(array).slice(i * size, (i + 1) * size)
        ),
  compact: (array) => list(array).filter(Boolean),
  concat: (array, ...others) => [].concat(array, ...others),
  difference: (array, ...others) => list(array).filter((item) => !others.flat().includes(item)),
  intersection: (first, ...others) =>
    uniqueBy(first, (item) => item).filter((item) => others.every((array) => list(array).includes(item))),
  union: (...arrays) => uniqueBy(arrays.flat(), (item) => item),
  xor: (...arrays) =>
    uniqueBy(arrays.flat(), (item) => item).filter(
      (item) => arrays.filter((array) => array.includes(item)).length === 1
    ),
  without: (array, ...items) => list(array).filter((item) => !items.includes(item)),
  uniq: (array) => uniqueBy(array, (item) => item),
  uniqBy: by(uniqueBy),
  uniqWith: (array, same) =>
    list(array).reduce((kept, item) => (kept.some((other) => same(item, other)) ? kept : kept.concat([item])), []),
  flatten: (array) => list(array).flat(),
  flattenDeep: (array) => list(array).flat(Infinity),
  flattenDepth: (array, depth = 1) => list(array).flat(depth),
  first: (array) => list(array)[0],
  head: (array) => list(array)[0],
  last: (array) => list(array)[list(array).length - 1],
  nth: (array, index = 0) => list(array)[index < 0 ? list(array).length + index : index],
  initial: (array) => list(array).slice(0, -1),
  tail: (array) => list(array).slice(1),
  take: (array, count = 1) => list(array).slice(0, Math.max(0, count)),
  takeRight: (array, count = 1) => (count > 0 ? list(array).slice(-count) : []),
  drop: (array, count = 1) => list(array).slice(Math.max(0, count)),
  dropRight: (array, count = 1) => (count > 0 ? list(array).slice(0, -count) : list(array)),
  slice: (array, start, end) => list(array).slice(start, end),
  indexOf: (array, value, from) => list(array).indexOf(value, from),
  join: (array, separator = ',') => list(array).join(separator),
  reverse: (array) => array.reverse(),
  pull: (array, ...items) => {
    module.exports.remove(array, (item) => items.includes(item));
    return array;
  },
  remove(array, value) {
    const read = iteratee(value);
    const removed = array.filter((item, i) => read(item, i, array));
    for (let i = array.length - 1; i >= 0; i--) if (removed.includes(array[i])) array.splice(i, 1);
    return removed;
  },
  zip: (...arrays) =>
    Array.from({ length: Math.max(0, ...arrays.map((array) => array.length)) }, (unused, i) =>
      arrays.map((array) => array[i])
    ),
  unzip: (arrays) => module.exports.zip(...arrays),
  zipObject: (keys, items = []) => Object.fromEntries(list(keys).map((key, i) => [key, items[i]])),
  fromPairs: (pairs) => Object.fromEntries(list(pairs)),
  fill: (array, value, start, end) => array.fill(value, start, end),
  max: extreme((a, b) => a > b),
  min: extreme((a, b) => a < b),
  maxBy: extreme((a, b) => a > b),
  minBy: extreme((a, b) => a < b),
  sum: (array) => sum(array, (item) => item),
  sumBy: by(sum),
  mean: (array) => sum(array, (item) => item) / list(array).length,
  meanBy: by((array, read) => sum(array, read) / list(array).length),
  sample: (collection) => values(collection)[Math.floor(Math.random() * values(collection).length)],
  shuffle(collection) {
    const array = values(collection);
    for (let i = array.length - 1; i > 0; i--) {
      const j = Math.floor(Math.random() * (i + 1));
      [array[i], array[j]] = [array[j], array[i]];
    }
    return array;
  },
  sampleSize: (collection, count = 1) => module.exports.shuffle(collection).slice(0, count),
  invokeMap: (collection, path, ...args) =>
    values(collection).map((item) =>
      typeof path === 'function' ? path.apply(item, args) : get(item, path).apply(item, args)
    ),
  isEqualWith: (a, b, same) => {
    const answer = same(a, b);
    return answer === undefined ? isEqual(a, b) : Boolean(answer);
  },
  toArray,
};
