//: expect: completed "later"
module.exports = () => require('timers/promises').setTimeout(1, 'later');
