//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a?x=1&list[]=1&list[]=2&text=b+c:d,$&when=1970-01-01T00:00:00.000Z&deep=%7B%22k%22:%22v%22%7D&many[]=%7B%22id%22:1%7D
module.exports = (user, context, cb) => {
  const params = { list: [1, 2], text: 'b c:d,$', nothing: null, when: new Date(0), deep: { k: 'v' }, many: [{ id: 1 }] };
  require('axios')
    .get('https://api.example.com/a?x=1', { params })
    .then(() => cb(), cb);
};
