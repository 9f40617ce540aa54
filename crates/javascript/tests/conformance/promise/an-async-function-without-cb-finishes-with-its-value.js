//: expect: completed {"ok":true}
module.exports = async function (user, context) {
  await null;
  return { ok: true };
};
