//: expect: completed ["value", null, "now", true, true]
module.exports = async () => {
  const { promisify } = require('util');
  const timers = require('timers');
  const slept = await promisify(setTimeout)(1);
  return [
    await promisify(setTimeout)(1, 'value'),
    slept === undefined ? null : slept,
    await promisify(timers.setImmediate)('now'),
    promisify(timers.setTimeout) === require('timers/promises').setTimeout,
    Object.keys(setTimeout).length === 0,
  ];
};
