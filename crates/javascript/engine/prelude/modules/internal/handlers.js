'use strict';

// Where an emitter keeps its listeners. It has nothing there until the first one: what nobody can hear need not be said.
module.exports = Symbol('handlers');
