//: answer: error connect connection refused
//: expect: failed Error: connect ECONNREFUSED mail.example.com:443
//: expect property: {"code":"ECONNREFUSED"}
//: expect request: POST https://mail.example.com/v3/send
module.exports = function (user, context, cb) {
  require('request').post({ url: 'https://mail.example.com/v3/send', json: {} }, function (err, resp, body) {
    if (err || resp.statusCode !== 202) {
      return cb(err || new Error(body.errors[0].message));
    }
    cb();
  });
};
