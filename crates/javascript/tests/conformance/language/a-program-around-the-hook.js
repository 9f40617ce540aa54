//: expect: completed {"calls":2}
const state = { calls: 0 };
function note() {
  state.calls += 1;
}
note();
module.exports = function (user, context, cb) {
  note();
  cb(null, state);
};
