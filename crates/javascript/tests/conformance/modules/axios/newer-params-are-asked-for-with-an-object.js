//: answer: 200
//: answer: 200
//: expect: completed
//: expect request: GET https://api.example.com/a?filter[email]=x&list[0][id]=1&tags=a&tags=b
//: expect request: GET https://api.example.com/b?own
module.exports = async () => {
  const axios = require('axios');
  const params = { filter: { email: 'x' }, list: [{ id: 1 }], tags: ['a', 'b'] };
  await axios.get('https://api.example.com/a', { params, paramsSerializer: { indexes: null } });
  await axios.get('https://api.example.com/b', { params, paramsSerializer: () => 'own' });
};
