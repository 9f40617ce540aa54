//: answer: error dns 'nowhere.example.com' has no address
//: answer: error connect no connection to '127.0.0.1'
//: answer: error timeout no complete answer within 30 ms, all that the run had left
//: answer: error connect no connection to 'api.example.com'
//: answer: error blocked '10.0.0.1' is not a public address
//: expect: completed [{"errno": -3008, "code": "ENOTFOUND", "syscall": "getaddrinfo", "hostname": "nowhere.example.com", "kind": "dns", "message": "getaddrinfo ENOTFOUND nowhere.example.com"}, {"errno": -111, "code": "ECONNREFUSED", "syscall": "connect", "address": "127.0.0.1", "port": 28599, "kind": "connect", "message": "connect ECONNREFUSED 127.0.0.1:28599"}, {"errno": -110, "code": "ETIMEDOUT", "syscall": "read", "kind": "timeout", "message": "read ETIMEDOUT (no complete answer within 30 ms, all that the run had left)"}, {"errno": -111, "code": "ECONNREFUSED", "syscall": "connect", "address": "api.example.com", "port": 80, "message": "connect ECONNREFUSED api.example.com:80"}, {"code": "EACCES", "kind": "blocked", "message": "'10.0.0.1' is not a public address"}]
//: expect request: GET https://nowhere.example.com/
//: expect request: GET http://127.0.0.1:28599/
//: expect request: GET https://api.example.com/
//: expect request: GET http://api.example.com/
//: expect request: GET http://10.0.0.1/
module.exports = async () => {
  const request = require('request');
  const seen = [];
  const call = (url) => new Promise((resolve) => request(url, resolve));
  const note = (error) => seen.push(Object.assign({}, error, { message: error.message }));
  note(await call('https://nowhere.example.com/'));
  note(await call('http://127.0.0.1:28599/'));
  note(await call('https://api.example.com/'));
  await require('axios')
    .get('http://api.example.com/')
    .catch(({ errno, code, syscall, address, port, message }) => {
      seen.push({ errno, code, syscall, address, port, message });
    });
  note(await call('http://10.0.0.1/'));
  return seen;
};
