//: answer: 200 {"body": "ok"}
//: expect: completed {"statusCode": 200, "body": "ok", "headers": {}, "request": {"uri": {"protocol": "https:", "slashes": true, "auth": null, "host": "api.example.com", "port": null, "hostname": "api.example.com", "hash": null, "search": null, "query": null, "pathname": "/a", "path": "/a", "href": "https://api.example.com/a"}, "method": "GET", "headers": {}}}
//: expect request: GET https://api.example.com/a
module.exports = (user, context, cb) => {
  require('request')('https://api.example.com/a', cb);
};
