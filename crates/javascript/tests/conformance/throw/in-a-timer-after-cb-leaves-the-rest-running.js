//: expect: completed
//: expect log: warn the hook failed after its result was known, which stands: Error: in between…
//: expect log: info the end
module.exports = function (user, context, cb) {
  cb();
  setTimeout(() => {
    throw new Error('in between');
  }, 1);
  setTimeout(() => console.log('the end'), 20);
};
