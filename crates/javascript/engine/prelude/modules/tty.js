'use strict';

// `tty`: nothing is a terminal here.

module.exports = { isatty: () => false };
