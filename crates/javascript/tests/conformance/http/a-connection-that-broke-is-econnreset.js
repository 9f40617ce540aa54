//: answer: error connect/reset the connection to 'api.example.com' broke before its answer was complete
//: answer: error connect/protocol 'api.example.com' did not answer in HTTP
//: answer: error connect/refused no connection to 'api.example.com'
//: answer: error connect/reset the connection to 'api.example.com' broke before its answer was complete
//: answer: error connect/reset the connection to 'api.example.com' broke before its answer was complete
//: expect: completed [["ECONNRESET", "socket hang up"], ["EPROTO", "'api.example.com' did not answer in HTTP"], ["ECONNREFUSED", "connect ECONNREFUSED api.example.com:8443"], ["ECONNRESET", "socket hang up"], ["UND_ERR_SOCKET", "other side closed"]]
//: expect request: GET https://api.example.com:8443/0
//: expect request: GET https://api.example.com:8443/1
//: expect request: GET https://api.example.com:8443/2
//: expect request: GET https://api.example.com:8443/3
//: expect request: GET https://api.example.com:8443/4
module.exports = async () => {
  const request = require('request');
  const seen = [];
  for (const index of [0, 1, 2]) {
    const error = await new Promise((resolve) => request(`https://api.example.com:8443/${index}`, resolve));
    seen.push([error.code, error.message]);
  }
  await require('axios')
    .get('https://api.example.com:8443/3')
    .catch(({ code, message }) => seen.push([code, message]));
  await fetch('https://api.example.com:8443/4').catch(({ cause }) => seen.push([cause.code, cause.message]));
  return seen;
};
