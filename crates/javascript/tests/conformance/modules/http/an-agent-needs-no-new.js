//: expect: completed [true, true, "https:"]
module.exports = (user, context, cb) => {
  const [http, https] = [require('http'), require('https')];
  class Own extends https.Agent {}
  cb(null, [http.Agent({ keepAlive: true }) instanceof http.Agent, https.Agent().options !== undefined, new Own().protocol]);
};
