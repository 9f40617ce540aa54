'use strict';

// `lodash`: the functions that scripts use most, about 240 names in five files (internal/lodash-*.js). Chaining,
// `lodash/fp`, templates with code and placeholders of partial application are not built in; a name that is missing
// says so.
const closed = require('internal/closed');
const { unsupported } = require('internal/coded-error');

function lodash() {
  throw unsupported(
    'lodash: chaining (`_(value)`)',
    'call the functions one by one, or bundle lodash with `hookbox build`'
  );
}

Object.assign(
  lodash,
  require('internal/lodash-values'),
  require('internal/lodash-paths'),
  require('internal/lodash-lists'),
  require('internal/lodash-objects'),
  require('internal/lodash-texts')
);
lodash.chain = lodash;
lodash.VERSION = '4.17.21';
lodash.default = lodash;

module.exports = closed(lodash, 'lodash', 'bundle lodash with `hookbox build`');
