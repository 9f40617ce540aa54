//: expect: failed Error: request.jar is not supported by Hookbox; send a Cookie header (nothing is kept between runs)
module.exports = () => {
  require('request').jar();
};
