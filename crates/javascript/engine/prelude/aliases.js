// Names that mean another module. One row a line: the build reads this table too, to know which names exist.
'use strict';

module.exports = {
};
