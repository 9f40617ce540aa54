'use strict';

// `perf_hooks`: `performance`.

module.exports = { performance };
