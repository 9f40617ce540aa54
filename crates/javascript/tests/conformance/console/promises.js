//: expect: completed
//: expect log: info Promise { <pending> } Promise { 5 } Promise { <rejected> 'no' }
//: expect log: info { list: [ Promise { [Object] } ] }
module.exports = (user, context, cb) => {
  const rejected = Promise.reject('no');
  rejected.catch(() => {});
  console.log(new Promise(() => {}), Promise.resolve(5), rejected);
  console.log({ list: [Promise.resolve({ a: 1 })] });
  cb();
};
