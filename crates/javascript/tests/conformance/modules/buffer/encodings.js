//: expect: completed ["aGk=", "hi", "6869", 5, "é€", "{\"type\":\"Buffer\",\"data\":[1]}"]
module.exports = (user, context, cb) => {
  cb(null, [
    Buffer.from('hi').toString('base64'),
    new Buffer('aGk=', 'base64').toString(),
    Buffer.from('hi', 'latin1').toString('hex'),
    Buffer.byteLength('é€'),
    Buffer.concat([Buffer.from('é'), Buffer.from([0xe2, 0x82, 0xac])]).toString(),
    JSON.stringify(Buffer.from([1])),
  ]);
};
