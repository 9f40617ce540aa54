//: expect: completed
module.exports = async (user) => {
  await new Promise((resolve) => setTimeout(resolve, 1));
};
