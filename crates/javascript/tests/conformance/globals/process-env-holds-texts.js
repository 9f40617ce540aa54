//: expect: completed {"A":"5","B":"undefined","C":"[object Object]"}
module.exports = async () => {
  process.env.A = 5;
  process.env.B = undefined;
  Object.assign(process.env, { C: {}, D: 1 });
  delete process.env.D;
  return process.env;
};
